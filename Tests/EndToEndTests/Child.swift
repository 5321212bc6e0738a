import Foundation
import Synchronization

/// A child process with pipes behind its output.
///
/// `Process` loses the end of one child among several that run at once, so this spawns and waits by itself.
struct Child: Sendable {
    /// What the child writes to standard output.
    let output: PipeEnd
    /// What the child writes to standard error.
    let errors: PipeEnd
    private let pid: pid_t

    /// Starts a program with nothing on its standard input.
    init(_ command: String, _ arguments: [String], in folder: String) throws {
        self = try Self.turn.withLock { _ in try Child(inTurn: command, arguments, in: folder) }
    }

    /// One child is started at a time, so that none inherits the pipes of another.
    private static let turn = Mutex(())

    private init(inTurn command: String, _ arguments: [String], in folder: String) throws {
        let (outputEnd, outputInlet) = try PipeEnd.make()
        let (errorsEnd, errorsInlet) = try PipeEnd.make()
        defer {
            close(outputInlet)
            close(errorsInlet)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, outputInlet, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errorsInlet, 2)
        let program = "/usr/bin/env"  // It becomes the program, in the folder.
        var words = unsafe ([program, "--chdir=\(folder)", command] + arguments).map { unsafe strdup($0) } + [nil]
        var settings = unsafe Self.environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (words + settings).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let code = unsafe posix_spawn(&pid, program, &actions, nil, &words, &settings)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
        (output, errors, self.pid) = (outputEnd, errorsEnd, pid)
    }

    /// The environment without what changes the width or the colour of output.
    private static var environment: [String] {
        let plain = ProcessInfo.processInfo.environment.filter { !["COLUMNS", "NO_COLOR"].contains($0.key) }
        return plain.map { "\($0.key)=\($0.value)" }.sorted()
    }

    /// Does to the child what Ctrl-C does.
    func interrupt() { kill(pid, SIGINT) }

    /// Waits until the child has ended; gives its exit code, or 128 and the signal that ended it.
    func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) == -1, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// The end of a pipe from which is read.
    struct PipeEnd: Sendable {
        private let descriptor: Int32

        /// Makes a pipe, and gives the end to read from and the descriptor to write to; a child inherits neither.
        static func make() throws -> (end: PipeEnd, inlet: Int32) {
            var ends: [Int32] = [0, 0]
            guard unsafe pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (PipeEnd(descriptor: ends[0]), ends[1])
        }

        /// Reads to the end; `act` is called each time that one of `phrases` has come, in their order.
        func text(whenSeen phrases: [String] = [], act: () -> Void = {}) -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var (awaited, seen) = (phrases[...], 0)
            while true {
                let count = unsafe read(descriptor, &buffer, buffer.count)
                if count <= 0 { break }
                bytes += buffer[..<count]
                while let phrase = awaited.first, let range = bytes[seen...].firstRange(of: Array(phrase.utf8)) {
                    seen = range.upperBound
                    awaited = awaited.dropFirst()
                    act()
                }
            }
            close(descriptor)
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
