/// The place of a file on a datastore: `[datastore1] web/web-000001.vmdk`.
package struct FilePath: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The datastore's name.
    package var datastore: String
    /// The directory, one level.
    package var directory: String
    /// The name in the directory.
    package var name: String

    /// Makes a path.
    package init(_ datastore: String, _ directory: String, _ name: String) {
        self.datastore = datastore
        self.directory = directory
        self.name = name
    }

    /// A file in the same directory.
    package func sibling(_ name: String) -> FilePath { FilePath(datastore, directory, name) }

    /// The name without what follows the last dot.
    package var stem: String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name }

    package static func < (a: FilePath, b: FilePath) -> Bool {
        (a.datastore, a.directory, a.name) < (b.datastore, b.directory, b.name)
    }
    package var description: String { "[\(datastore)] \(directory)/\(name)" }
}
