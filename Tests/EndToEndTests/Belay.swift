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
        let output = OwnThread { child.output.text() }
        let errors = OwnThread { child.errors.text(whenSeen: interruptAt) { child.interrupt() } }
        let texts = await (output.value, errors.value)
        return await Result(code: OwnThread { child.wait() }.value, output: texts.0, errors: texts.1)
    }

    /// What blocks, done on a thread of its own that begins at once, however busy the threads that tests share are.
    private struct OwnThread<Value: Sendable> {
        private let results: AsyncStream<Value>

        init(_ body: @escaping @Sendable () -> Value) {
            let (results, continuation) = AsyncStream.makeStream(of: Value.self)
            self.results = results
            Thread.detachNewThread {
                continuation.yield(body())
                continuation.finish()
            }
        }

        /// What came of it; it is asked for once.
        var value: Value {
            get async {
                for await result in results { return result }
                preconditionFailure("The thread yields its result before it finishes")
            }
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
