/// Where a resource or an operation lives.
package enum Scope: Hashable, Sendable, CustomStringConvertible {
    case global
    case region(String)
    case zone(String)

    /// The scope as it stands in paths.
    package var description: String {
        switch self {
        case .global: "global"
        case .region(let region): "regions/\(region)"
        case .zone(let zone): "zones/\(zone)"
        }
    }
}

/// The place of one name: names are unique for a project, a scope and a collection.
///
/// Rule: GCE-007.
package struct ResourcePath: Hashable, Sendable, CustomStringConvertible {
    package let project: String
    package let scope: Scope
    package let collection: Collection
    package let name: String

    package init(project: String, scope: Scope, collection: Collection, name: String) {
        self.project = project
        self.scope = scope
        self.collection = collection
        self.name = name
    }

    /// The partial path that messages show: `projects/p/zones/z/disks/d`.
    package var description: String { "projects/\(project)/\(scope)/\(collection.rawValue)/\(name)" }

    /// The full URL that answers carry.
    ///
    /// Rule: GCE-004.
    package var link: String { "https://www.googleapis.com/compute/v1/\(self)" }
}

extension ResourcePath {
    /// Reads a reference in a body: a full URL, `projects/...`, or a partial path from the scope on.
    ///
    /// Rule: GCE-004.
    ///
    /// - Returns: the path, or nothing when the text is no reference.
    init?(reference: String, project: String) {
        let hosts = ["https://www.googleapis.com/compute/v1/", "https://compute.googleapis.com/compute/v1/"]
        let host = hosts.first { reference.hasPrefix($0) }
        var parts = reference.dropFirst(host?.count ?? 0).split(separator: "/", omittingEmptySubsequences: false)
        var owner = project
        if parts.count >= 3, parts[0] == "projects" {
            owner = String(parts[1])
            parts.removeFirst(2)
        } else if host != nil {
            return nil
        }
        let scope: Scope
        switch parts.first {
        case "global": scope = .global
        case "zones" where parts.count == 4: scope = .zone(String(parts[1]))
        case "regions" where parts.count == 4: scope = .region(String(parts[1]))
        default: return nil
        }
        guard parts.count == (scope == .global ? 3 : 4), let name = parts.last, !name.isEmpty,
            let collection = Collection(rawValue: String(parts[parts.count - 2]))
        else { return nil }
        self.init(project: owner, scope: scope, collection: collection, name: String(name))
    }

    /// Whether a text can be the name of a resource.
    ///
    /// Rule: GCE-001.
    static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let isInner = { (byte: UInt8) in isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") }
        return isLetter(first) && last != UInt8(ascii: "-") && bytes.allSatisfy(isInner)
    }
}
