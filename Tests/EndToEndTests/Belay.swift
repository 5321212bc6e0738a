import Foundation
import Testing

/// The built command, run as a process of its own.
struct Belay {
    /// What a run of the command left.
    struct Result {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The package's folder, in which the command runs unless told otherwise.
    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The command beside the program that runs these tests.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "belay")

    /// Runs the command to its end.
    static func run(_ arguments: String..., in folder: URL = package) async throws -> Result {
        try await run(arguments, in: folder)
    }

    /// Runs the command to its end; it is interrupted each time that one of `interruptAt` is seen on standard error, in their order.
    static func run(
        _ arguments: [String], in folder: URL = package, interruptAt: [String] = []
    ) async throws -> Result {
        let child = try Child(executable.path(), arguments, in: folder.path())
        async let output = onThread { child.output.text() }
        async let errors = onThread { child.errors.text(whenSeen: interruptAt) { child.interrupt() } }
        let texts = await (output, errors)
        return await Result(code: onThread { child.wait() }, output: texts.0, errors: texts.1)
    }

    /// Does what blocks on a thread of its own.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}

/// A folder for the time of one test.
struct TemporaryFolder: ~Copyable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "belay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// Writes a file into the folder and returns its path.
    func write(_ text: String, as name: String) throws -> String {
        let file = url.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path()
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
