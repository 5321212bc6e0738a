import LabCore

/// The id of a resource, from its subscription down to its name.
///
/// Two ids are the same however their letters are cased; what is shown is the case in which it was written. Rule: AZ-004.
package struct ResourceID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Ids are the keys of tables, and copied with them: by one reference.
    @Boxed private var parts: Parts

    private struct Parts: Hashable {
        let type: ResourceType
        let subscription: String
        let group: String
        let names: [String]
        /// The id in lower case, which is what is compared.
        let key: HashedText
    }

    package init(_ type: ResourceType, _ names: [String], in group: String, of subscription: String) {
        let key = HashedText(Self.text(type, subscription, group, names).lowercased())
        parts = Parts(type: type, subscription: subscription, group: group, names: names, key: key)
    }

    package var type: ResourceType { parts.type }
    package var subscription: String { parts.subscription }
    package var group: String { parts.group }
    /// The names, from the outermost parent to the resource itself.
    package var names: [String] { parts.names }
    private var key: HashedText { parts.key }

    /// The resource's own name.
    package var name: String { names.last ?? group }
    /// The resource that holds this one; nothing for one that its group holds.
    package var parent: ResourceID? {
        guard let parent = type.parent else { return nil }
        return ResourceID(parent, Array(names.dropLast()), in: group, of: subscription)
    }
    /// The id of a resource inside this one.
    package func child(_ type: ResourceType, _ name: String) -> ResourceID {
        ResourceID(type, names + [name], in: group, of: subscription)
    }
    /// Whether this is `other` or lies inside of it.
    func isInside(_ other: ResourceID) -> Bool {
        key == other.key || key.text.hasPrefix(other.key.text.hasSuffix("/") ? other.key.text : other.key.text + "/")
    }

    private static func text(
        _ type: ResourceType, _ subscription: String, _ group: String, _ names: [String]
    ) -> String {
        let scope = "/subscriptions/\(subscription)/resourceGroups/\(group)"
        guard type != .resourceGroups else { return scope }
        guard type.parent != nil else { return "\(scope)/providers/\(type.rawValue)/\(names.joined(separator: "/"))" }
        return "\(scope)/providers/\(type.namespace)/"
            + zip(type.segments, names).map { "\($0)/\($1)" }.joined(separator: "/")
    }

    /// The id as it was written.
    package var description: String { Self.text(type, subscription, group, names) }
    package static func == (a: Self, b: Self) -> Bool { a.key == b.key }
    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
    package func _rawHashValue(seed: Int) -> Int { key._rawHashValue(seed: seed) }
    package static func < (a: Self, b: Self) -> Bool { a.key < b.key }
}

extension ResourceID {
    /// Reads an id; empty segments are passed over.
    ///
    /// Rule: AZ-137.
    package static func parse(_ text: String) throws(AzureFault) -> ResourceID {
        let parts = text.split(separator: "/").map(String.init)
        let malformed = AzureFault(.invalidParameter, "Resource id '\(text)' is not valid.")
        guard parts.count >= 4, parts[0].lowercased() == "subscriptions", parts[2].lowercased() == "resourcegroups"
        else { throw malformed }
        if parts.count == 4 { return ResourceID(.resourceGroups, [], in: parts[3], of: parts[1]) }
        guard parts.count >= 8, parts.count.isMultiple(of: 2), parts[4].lowercased() == "providers" else {
            throw malformed
        }
        let (namespace, rest) = (parts[5], parts.dropFirst(6))
        let segments = rest.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        let names = rest.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
        guard let type = ResourceType.named(([namespace] + segments).joined(separator: "/")) else {
            throw AzureFault(
                "InvalidResourceType",
                "Resource type '\(segments.joined(separator: "/"))' of provider namespace '\(namespace)' was not found "
                    + "in global location.", status: 404, rule: "AZ-137")
        }
        return ResourceID(type, names, in: parts[3], of: parts[1])
    }
}
