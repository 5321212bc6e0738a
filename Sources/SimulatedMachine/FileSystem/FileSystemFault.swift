/// Why a file system did not do what it was asked to.
package enum FileSystemFault: Error, Hashable, Sendable {
    /// No block or inode is free.
    case noSpace
    /// There is no such file or directory.
    case notFound(String)
    /// The name is taken.
    case exists(String)
    /// The disk is missing or was taken away.
    case notMounted
    /// What is on the disk contradicts itself.
    case corrupt(String)
}

extension FileSystemFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSpace: "No space left on device"
        case .notFound(let path): "\(path): No such file or directory"
        case .exists(let path): "\(path): File exists"
        case .notMounted: "No such device"
        case .corrupt(let what): "Structure needs cleaning: \(what)"
        }
    }
}
