/// Why a database did not do what it was asked to.
package enum DatabaseFault: Error, Hashable, Sendable {
    /// What is on the disks contradicts itself; the sentence is the database's own.
    case corrupt(String)
    /// The file system below failed.
    case fileSystem(FileSystemFault)
}

extension DatabaseFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .corrupt(let sentence): sentence
        case .fileSystem(let fault): "could not write: \(fault)"
        }
    }
}
