import HashTreeCollections

/// What is kept outside the machines of each family, as the member that spoke to it last left it.
///
/// A family is all machines that came from one installation: a machine and those that took its place.
package struct Surroundings<Family: Hashable & Sendable, Member: Hashable & Sendable>: Hashable, Sendable {
    private var speakers: TreeDictionary<Family, Member> = [:]
    private var left: TreeDictionary<Family, Outside> = [:]

    package init() {}

    /// A member boots and is from now on the one that speaks to what is outside.
    ///
    /// - Parameters:
    ///   - member: who boots.
    ///   - family: whose member it is.
    ///   - outside: what is outside as another member, that is still there, left it.
    /// - Returns: what the member finds, when another one changed it.
    package mutating func speaks(_ member: Member, of family: Family, outside: (Member) -> Outside?) -> Outside? {
        defer { speakers[family] = member }
        guard speakers[family] != member else { return nil }
        return speakers[family].flatMap(outside) ?? left[family]
    }

    /// A member goes for good; what is outside stays as it left it, if it was the one that spoke to it.
    package mutating func leaves(_ member: Member, of family: Family, _ outside: Outside) {
        guard speakers[family] == member else { return }
        speakers[family] = nil
        left[family] = outside
    }

    /// A member begins a family of its own: what is outside of it is its own from now on.
    package mutating func moves(_ member: Member, from old: Family, to family: Family) {
        if speakers[old] == member { speakers[old] = nil }
        speakers[family] = member
    }
}
