import Foundation

/// A file that a report is written to; `-` is standard output.
struct OutputFile {
    private let path: String

    /// Whether it is standard output.
    var isStandardOutput: Bool { path == "-" }

    /// Takes a path.
    ///
    /// - Throws: `BadInput` when the file could not be written, so that nobody learns it after an hour.
    init(_ path: String) throws {
        self.path = path
        guard path != "-" else { return }
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw BadInput("\(path): this cannot be written, there is no folder '\(folder)' that can be written to")
        }
    }

    /// Writes the file beside its place and renames it into it.
    func write(_ data: Data) throws {
        if isStandardOutput { return Console.write(String(decoding: data, as: UTF8.self), to: .standardOutput) }
        do {
            try data.write(to: URL(filePath: path), options: .atomic)
        } catch {
            Console.complain("\(path): the report cannot be written: \(error.localizedDescription)")
            throw LabExit.lab
        }
    }

    /// Writes the file beside its place and renames it into it.
    func write(_ text: String) throws { try write(Data(text.utf8)) }
}
