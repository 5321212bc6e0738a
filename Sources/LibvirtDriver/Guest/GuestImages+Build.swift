internal import Foundation
internal import Glibc
internal import Hypervisor

extension GuestImages {
    /// A program that builds need, and the package of the host's distribution that brings it.
    package struct Requirement: Hashable, Sendable {
        package var program: String
        package var package: String
    }

    /// The programs that builds need.
    package static let requirements: [Requirement] = [
        Requirement(program: "apt-get", package: "apt"),
        Requirement(program: "cpio", package: "cpio"),
        Requirement(program: "debugfs", package: "e2fsprogs"),
        Requirement(program: "dpkg-deb", package: "dpkg"),
        Requirement(program: "fakechroot", package: "fakechroot"),
        Requirement(program: "fakeroot", package: "fakeroot"),
        Requirement(program: "lz4", package: "lz4"),
        Requirement(program: "mke2fs", package: "e2fsprogs"),
        Requirement(program: "mmdebstrap", package: "mmdebstrap"),
        Requirement(program: "perl", package: "perl-base"),
        Requirement(program: "qemu-img", package: "qemu-utils"),
        Requirement(program: "sqlite3", package: "sqlite3"),
    ]

    /// The folder of a name, made now if it is not there; two that make it at once make it once.
    ///
    /// - Parameters:
    ///   - name: the name, which bears a digest of all that the contents are made from.
    ///   - progress: is told when another build is waited for.
    ///   - body: fills an empty folder, its first argument; the second is a folder with the scripts.
    /// - Throws: what `body` throws, or a refusal of the kind `lab`; nothing is left behind then.
    /// - Returns: the absolute path of the folder, which has all of its contents.
    func make(
        _ name: String, _ progress: Progress,
        _ body: (_ draft: String, _ scripts: String) async throws(Refusal) -> Void
    ) async throws(Refusal) -> String {
        let target = "\(folder)/\(name)"
        if Files.exists(target) { return target }
        try Self.checkRequirements()
        try Files.makeFolder(folder)
        let lock = try await FolderLock.acquire("\(target).lock") { progress("waiting for another build of \(name)") }
        defer { lock.release() }
        if Files.exists(target) { return target }
        let draft = "\(target).draft"
        let scripts = "\(target).scripts"
        do throws(Refusal) {
            for leftover in [draft, scripts] { try Files.remove(leftover) }  // Of a build that was killed.
            try Files.makeFolder(draft)
            try GuestScripts.write(into: scripts)
            try await body(draft, scripts)
            try Files.remove(scripts)
            try Files.move(draft, to: target)
        } catch {
            // Why the build failed is worth more than why its remains cannot be removed.
            for remains in [draft, scripts] { try? Files.remove(remains) }
            throw error
        }
        return target
    }

    /// Runs a program of a build in a folder; words with `=` before it go into its environment.
    func run(_ command: [String], in folder: String) async throws(Refusal) {
        do throws(Refusal) {
            try await HostProgram.run("env", ["-C", folder] + command)
        } catch {
            let hint =
                error.message.contains("apt-get update") || !error.message.contains("Failed to fetch")
                ? "" : "; 'apt-get update' may help, or a network"
            let name = command.first { $0.hasSuffix(".sh") } ?? command[0]
            let said = error.message.split(separator: "\n").suffix(12).joined(separator: " | ")
            throw Refusal(.lab, code: "GuestNotBuilt", message: "\(name): \(said)\(hint)", verb: "build guest")
        }
    }

    private static func checkRequirements() throws(Refusal) {
        let missing = requirements.filter { HostProgram.find($0.program) == nil }
        guard let first = missing.first else { return }
        let packages = Set(missing.map(\.package)).sorted().joined(separator: " ")
        throw Refusal(
            .lab, code: "ProgramMissing",
            message: "a guest cannot be built without \(first.program); 'apt-get install \(packages)' brings it",
            verb: "build guest")
    }
}

/// A lock that processes and tasks of one process respect alike; the system takes it back from a process that ends.
struct FolderLock: Sendable {
    private let descriptor: CInt

    /// Waits until the lock on the file `path` is free and takes it; calls `whileWaiting` once if it is not free at once.
    static func acquire(_ path: String, whileWaiting: () -> Void) async throws(Refusal) -> FolderLock {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Refusal(.lab, code: "NoLock", message: "\(path) cannot be written: error \(errno)")
        }
        var hasWaited = false
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if !hasWaited { whileWaiting() }
            hasWaited = true
            do {
                try await Task.sleep(for: .milliseconds(100))
            } catch {
                _ = close(descriptor)
                throw Refusal(.lab, code: "Cancelled", message: "cancelled while waiting for \(path)")
            }
        }
        return FolderLock(descriptor: descriptor)
    }

    /// Gives the lock back.
    ///
    /// The file stays: removing it would let two others hold a lock of one name.
    func release() { _ = close(descriptor) }
}
