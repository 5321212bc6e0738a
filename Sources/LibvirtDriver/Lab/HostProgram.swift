internal import CReaper
internal import Foundation
package import Hypervisor

/// Runs programs of the host.
package enum HostProgram {
    /// The number of an error of the operating system.
    package struct SystemError: Error, Hashable, Sendable {
        package var number: CInt
    }

    /// Runs a program and answers what it wrote to its standard output.
    ///
    /// - Parameters:
    ///   - name: the program, looked for along `PATH`.
    ///   - arguments: its arguments, without its name.
    /// - Throws: a refusal of the kind `lab` when it is not there or did not end with 0, with what it said.
    /// - Returns: its standard output.
    @discardableResult
    package static func run(_ name: String, _ arguments: [String]) async throws(Refusal) -> String {
        guard let path = find(name) else {
            throw Refusal(.lab, code: "ProgramMissing", message: "\(name) is not installed", verb: name)
        }
        let ended = await withCheckedContinuation { (waiter: CheckedContinuation<Ended, Never>) in
            Thread.detachNewThread { waiter.resume(returning: runAndWait([path] + arguments)) }
        }
        guard ended.status == 0 else {
            let said = ended.errors.isEmpty ? "status \(ended.status)" : ended.errors
            throw Refusal(
                .lab, code: "ProgramFailed", message: "\(name) \(arguments.joined(separator: " ")): \(said)", verb: name
            )
        }
        return ended.output
    }

    /// The absolute path of a program along `PATH`; nothing when it is not there.
    package static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        // The folders of administration are often missing from a user's path, and hold the tools for file systems.
        return (folders.map(String.init) + ["/usr/sbin", "/sbin"]).map { $0 + "/" + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private struct Ended: Sendable {
        var status: CInt
        var output: String
        var errors: String
    }

    /// Both streams go to files in memory, so nobody has to empty them while the program runs.
    private static func runAndWait(_ command: [String]) -> Ended {
        let output = creaper_memory_file()
        let errors = creaper_memory_file()
        let input = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for descriptor in [output, errors, input] where descriptor >= 0 { _ = close(descriptor) } }
        switch spawn(command, input: input, output: output, errors: errors, ownSession: false) {
        case .failure(let error): return Ended(status: 127, output: "", errors: "cannot start: error \(error.number)")
        case .success(let process):
            let status = creaper_wait(process)
            return Ended(status: status, output: contents(of: output), errors: contents(of: errors))
        }
    }

    private static func contents(of descriptor: CInt) -> String {
        _ = lseek(descriptor, 0, SEEK_SET)
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        // A file in memory can always be read.
        let bytes = (try? file.readToEnd()) ?? Data()
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Starts a program with these descriptors as its standard streams, and with `kept` as 3 unless that is -1.
    static func spawn(
        _ command: [String], input: CInt, output: CInt, errors: CInt, kept: CInt = -1, ownSession: Bool
    ) -> Result<pid_t, SystemError> {
        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var process: pid_t = -1
        let error = unsafe creaper_spawn(
            command[0], &arguments, input, output, errors, kept, ownSession ? 1 : 0, &process)
        return error == 0 ? .success(process) : .failure(SystemError(number: error))
    }
}
