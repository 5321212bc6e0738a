internal import Foundation
package import Hypervisor
internal import LabCore

/// Works on disk images with `qemu-img`.
package enum DiskImage {
    /// Creates an overlay over `base`, which is not written to any more from then on.
    package static func createOverlay(_ path: String, over base: String, format: String) async throws(Refusal) {
        try Files.remove(path)
        try await HostProgram.run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", base, "-F", format, path])
        try restrict(path)
    }

    /// Lets nobody but the owner read an image; libvirt before 11.10 leaves some readable to all.
    package static func restrict(_ path: String) throws(Refusal) {
        do {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch {
            throw Refusal(.lab, code: "FileTrouble", message: "\(path): \(error.localizedDescription)")
        }
    }

    /// Copies an image, holes and all.
    package static func copy(_ path: String, to target: String) async throws(Refusal) {
        try await HostProgram.run("cp", ["--sparse=always", "--reflink=auto", path, target])
    }

    /// Copies several images at once.
    static func copyAll(_ images: [(path: String, target: String)]) async throws(Refusal) {
        let trouble = await withTaskGroup(of: Refusal?.self) { copies in
            for (path, target) in images {
                copies.addTask {
                    do throws(Refusal) {
                        try await copy(path, to: target)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var first: Refusal?
            for await refusal in copies { first = first ?? refusal }
            return first
        }
        if let trouble { throw trouble }
    }

    /// The tags of the internal snapshots in an image, also while a machine uses it.
    package static func tags(of path: String) async throws(Refusal) -> [String] {
        try QcowImage(reading: path)?.snapshots.map(\.name) ?? []
    }

    /// The file that an image is laid over, and its format; nothing when it stands by itself.
    package static func backing(of path: String) async throws(Refusal) -> (path: String, format: String)? {
        guard let backing = try QcowImage(reading: path)?.backing else { return nil }
        return (backing.path, backing.format ?? "raw")
    }

    /// The format of an image, by its own word.
    package static func format(of path: String) async throws(Refusal) -> String {
        try QcowImage(reading: path) == nil ? "raw" : "qcow2"
    }

    /// The image and all files below it.
    package static func chain(of path: String) async throws(Refusal) -> [String] {
        var chain = [path]
        while let last = chain.last, Files.exists(last), let below = try await backing(of: last) {
            chain.append(below.path)
        }
        return chain
    }

    /// Merges an image into the one below it; no machine may use either.
    package static func commit(_ path: String) async throws(Refusal) {
        try await HostProgram.run("qemu-img", ["commit", "-q", "-f", "qcow2", path])
    }

    /// Copies a disk's contents, or those that an internal snapshot holds, into an image of its own.
    ///
    /// Only the image of the guest below both, which nobody writes to, is shared.
    package static func extract(_ path: String, tag: String?, to target: String) async throws(Refusal) {
        var arguments = ["convert", "-q", "-U", "-O", "qcow2"]
        if let tag { arguments += ["-l", "snapshot.name=\(tag.replacing(",", with: ",,"))"] }
        let chain = try await chain(of: path)
        if chain.count > 1, let below = chain.last { arguments += ["-B", below, "-F", try await format(of: below)] }
        try await HostProgram.run("qemu-img", arguments + [path, target])
        try restrict(target)
    }

    /// Removes an internal snapshot from an image that no machine uses.
    package static func deleteTag(_ tag: String, from path: String) async throws(Refusal) {
        try await HostProgram.run("qemu-img", ["snapshot", "-q", "-d", tag, path])
    }

    /// Gives back to the file system what a snapshot that failed has left in an image; no machine may use it.
    package static func reclaimLeaks(of path: String) async throws(Refusal) {
        try QcowImage(reading: path)?.forgetSavedMemory()
        let name = path.replacing(",", with: ",,")  // A comma ends the name unless it is doubled.
        let image = "driver=qcow2,discard=unmap,file.driver=file,file.discard=unmap,file.filename=\(name)"
        let said = try await HostProgram.run(
            "qemu-img", ["check", "--output=json", "-r", "leaks", "--image-opts", image])
        // A QEMU that was killed has written clusters that its books do not know yet: no leaks, but all the same there.
        let end = try endOfContents(of: path, inCheck: said)
        do {
            let handle = try FileHandle(forUpdating: URL(filePath: path))
            if try handle.seekToEnd() > end { try handle.truncate(atOffset: end) }
            try handle.close()
        } catch {
            throw Refusal(.lab, code: "BadImage", message: "\(path): \(error.localizedDescription)")
        }
    }

    /// Where the last cluster in use of an image ends, by what `qemu-img check` said of it.
    static func endOfContents(of path: String, inCheck said: String) throws(Refusal) -> UInt64 {
        do {
            return try JSONDecoder().decode(CheckResult.self, from: Data(said.utf8)).end
        } catch {
            throw Refusal(
                .lab, code: "BadCheck", message: "what 'qemu-img check' says of \(path) cannot be read: \(said)",
                verb: "qemu-img")
        }
    }

    /// What a check of an image says.
    private struct CheckResult: Decodable {
        var end: UInt64

        enum CodingKeys: String, CodingKey { case end = "image-end-offset" }
    }

    /// Compares what a machine reads from an image now with what an internal snapshot in it holds.
    ///
    /// The image's own books tell for most clusters; where they do not, all contents are read.
    ///
    /// - Parameters:
    ///   - path: the image, which a machine may have open as long as it stands still.
    ///   - tag: the internal snapshot.
    ///   - scratch: a file for a copy of the snapshot's contents, which is removed again.
    /// - Throws: a refusal of the kind `failed`, naming LV-060, when they differ or cannot be compared.
    package static func compare(_ path: String, withTag tag: String, scratch: String) async throws(Refusal) {
        switch try QcowImage(reading: path)?.compare(withTag: tag) ?? .unknown {
        case .identical: return
        case .different(let place):
            throw differ(path, tag, "the first difference is at byte \(place)")
        case .unknown: try await compareContents(of: path, withTag: tag, scratch: scratch)
        }
    }

    /// Compares by reading all of both.
    static func compareContents(of path: String, withTag tag: String, scratch: String) async throws(Refusal) {
        let name = tag.replacing(",", with: ",,")  // A comma ends the name unless it is doubled.
        do throws(Refusal) {
            try await HostProgram.run(
                "qemu-img", ["convert", "-q", "-U", "-l", "snapshot.name=\(name)", "-O", "raw", path, scratch])
            try await HostProgram.run("qemu-img", ["compare", "-q", "-U", "-F", "raw", path, scratch])
            try Files.remove(scratch)
        } catch {
            try? Files.remove(scratch)  // That the disk came back wrong is worth more.
            throw differ(path, tag, error.message)
        }
    }

    private static func differ(_ path: String, _ tag: String, _ why: String) -> Refusal {
        Refusal(
            .failed, code: "DisksDiffer", message: "\(path) does not hold what its snapshot '\(tag)' holds: \(why)",
            rule: "LV-060", verb: "qemu-img")
    }
}
