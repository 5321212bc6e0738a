import HashTreeCollections

/// The tags of every resource, by its id, and the resources that have a tag.
struct TagBook: Hashable, Sendable {
    private var tags: TreeDictionary<String, [String: String]> = [:]
    private var holders: TreeDictionary<ResourceTag, TreeSet<String>> = [:]

    /// The tags of a resource, by key; nothing when it never had one.
    subscript(resource: String) -> [String: String]? {
        get { tags[resource] }
        set {
            for (key, value) in tags[resource] ?? [:] where newValue?[key] != value {
                holders[ResourceTag(key, value)]?.remove(resource)
                if holders[ResourceTag(key, value)]?.isEmpty == true { holders[ResourceTag(key, value)] = nil }
            }
            for (key, value) in newValue ?? [:] where tags[resource]?[key] != value {
                holders[ResourceTag(key, value), default: []].insert(resource)
            }
            tags[resource] = newValue
        }
    }

    subscript(resource: String, default none: [String: String]) -> [String: String] {
        get { self[resource] ?? none }
        set { self[resource] = newValue }
    }

    /// The resources that have a tag, by id.
    func resources(with key: String, _ value: String) -> [String] {
        (holders[ResourceTag(key, value)] ?? []).sorted()
    }
}
