package import Foundation

/// A journal that is written while its flow runs: beside its place, and renamed into it when it is whole.
package struct JournalFile: Sendable {
    private let destination: URL
    private let partial: URL
    private let handle: FileHandle
    private var count = 0

    /// Begins a journal that will stand at `destination`.
    package init(at destination: URL, header: Journal.Header) throws {
        self.destination = destination
        partial = destination.appendingPathExtension("partial")
        try FileManager.default.createDirectory(
            at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data().write(to: partial)
        handle = try FileHandle(forWritingTo: partial)
        try handle.write(contentsOf: JournalText.opening(header))
    }

    /// Adds an entry.
    package mutating func append(_ entry: Journal.Entry) throws {
        try handle.write(contentsOf: JournalText.line(of: entry, isFirst: count == 0))
        count += 1
    }

    /// Completes the journal and puts it into its place, where it replaces an older one.
    package func finish(_ result: RunResult) throws {
        try handle.write(contentsOf: JournalText.closing(result))
        try handle.close()
        guard unsafe rename(partial.path, destination.path) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: destination.path])
        }
    }

    /// Gives up: nothing half-written stays.
    package func discard() {
        try? handle.close()  // The file goes away in any case.
        try? FileManager.default.removeItem(at: partial)  // What cannot be removed was never there.
    }

    /// The name of a flow's journal: `powered-off.ec2.journal.json`.
    package static func name(of flow: Flow) -> String {
        let allowed = flow.scenario.fullName.map { $0.isLetter || $0.isNumber || "-.=,".contains($0) ? $0 : "_" }
        return "\(String(allowed)).\(flow.platform).journal.json"
    }
}
