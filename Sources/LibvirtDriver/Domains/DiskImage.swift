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

    /// The tags of the internal snapshots in an image, also while a machine uses it.
    package static func tags(of path: String) async throws(Refusal) -> [String] {
        try await information(of: path).snapshots?.map(\.name) ?? []
    }

    /// The file that an image is laid over, and its format; nothing when it stands by itself.
    package static func backing(of path: String) async throws(Refusal) -> (path: String, format: String)? {
        let found = try await information(of: path)
        guard let backing = found.fullBackingFilename ?? found.backingFilename else { return nil }
        return (backing, found.backingFilenameFormat ?? "raw")
    }

    /// The format of an image, by its own word.
    package static func format(of path: String) async throws(Refusal) -> String {
        try await information(of: path).format
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

    /// Removes an internal snapshot from an image that no machine uses.
    package static func deleteTag(_ tag: String, from path: String) async throws(Refusal) {
        try await HostProgram.run("qemu-img", ["snapshot", "-q", "-d", tag, path])
    }

    /// Compares what a machine reads from an image now with what an internal snapshot in it holds.
    ///
    /// - Parameters:
    ///   - path: the image, which a machine may have open as long as it stands still.
    ///   - tag: the internal snapshot.
    ///   - scratch: a file for a copy of the snapshot's contents, which is removed again.
    /// - Throws: a refusal of the kind `failed`, naming LV-060, when they differ or cannot be compared.
    package static func compare(_ path: String, withTag tag: String, scratch: String) async throws(Refusal) {
        let name = tag.replacing(",", with: ",,")  // A comma ends the name unless it is doubled.
        do throws(Refusal) {
            try await HostProgram.run(
                "qemu-img", ["convert", "-q", "-U", "-l", "snapshot.name=\(name)", "-O", "raw", path, scratch])
            try await HostProgram.run("qemu-img", ["compare", "-q", "-U", "-F", "raw", path, scratch])
            try Files.remove(scratch)
        } catch {
            try? Files.remove(scratch)  // That the disk came back wrong is worth more.
            throw Refusal(
                .failed, code: "DisksDiffer",
                message: "\(path) does not hold what its snapshot '\(tag)' holds: \(error.message)", rule: "LV-060",
                verb: "qemu-img")
        }
    }

    private struct Information: Decodable {
        var format: String
        var snapshots: [Tag]?
        var backingFilename: String?
        var fullBackingFilename: String?
        var backingFilenameFormat: String?

        struct Tag: Decodable { var name: String }

        enum CodingKeys: String, CodingKey {
            case format, snapshots
            case backingFilename = "backing-filename"
            case fullBackingFilename = "full-backing-filename"
            case backingFilenameFormat = "backing-filename-format"
        }
    }

    private static func information(of path: String) async throws(Refusal) -> Information {
        let text = try await HostProgram.run("qemu-img", ["info", "-U", "--output=json", path])
        do {
            return try JSONDecoder().decode(Information.self, from: Data(text.utf8))
        } catch {
            throw Refusal(.lab, code: "BadImage", message: "\(path): \(error)", verb: "qemu-img")
        }
    }
}
