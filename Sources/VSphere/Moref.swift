/// A managed object reference: the name of one object of kind `Kind`, as in `vm-12` or `snapshot-31`.
package struct Moref<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The opaque value; clients must not read anything into it.
    package let value: String

    /// Makes a reference to the object named `value`.
    package init(_ value: String) { self.value = value }

    /// Shorter names first, so that `vm-9` stands before `vm-10`.
    package static func < (a: Moref, b: Moref) -> Bool { (a.value.utf8.count, a.value) < (b.value.utf8.count, b.value) }
    package var description: String { value }
}
