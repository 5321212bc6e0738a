/// A key and a value that a user puts on a resource.
package struct Tag: Hashable, Comparable, Sendable {
    package var key: String
    package var value: String

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    package static func < (a: Tag, b: Tag) -> Bool { (a.key, a.value) < (b.key, b.value) }
}
