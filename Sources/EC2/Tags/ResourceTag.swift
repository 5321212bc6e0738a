/// A key and a value that a user puts on a resource.
package struct ResourceTag: Hashable, Comparable, Sendable {
    package var key: String
    package var value: String

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    package static func < (a: ResourceTag, b: ResourceTag) -> Bool { (a.key, a.value) < (b.key, b.value) }
}
