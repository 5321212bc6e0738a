import Foundation
import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

@Suite(.enabled(if: TestLab.isPossible, "needs qemu-utils")) struct `The books of a qcow2 image` {
    /// A folder that is removed at the end, with an image over a raw file of ones.
    private func withImage(_ body: (_ image: String, _ folder: String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "belay-qcow-\(UUID().uuidString)"
        try Files.makeFolder(folder)
        defer { try? Files.remove(folder) }
        try Files.write(Data(repeating: 1, count: 8 << 20), to: folder + "/base")
        try await DiskImage.createOverlay(folder + "/image", over: folder + "/base", format: "raw")
        try await body(folder + "/image", folder)
    }

    private func write(_ commands: String..., to image: String) async throws {
        try await HostProgram.run("qemu-io", ["-f", "qcow2"] + commands.flatMap { ["-c", $0] } + [image])
    }

    private func snapshot(_ name: String, _ image: String) async throws {
        try await HostProgram.run("qemu-img", ["snapshot", "-q", "-c", name, image])
    }

    @Test func `tell the backing file, its format and the snapshots, oldest first`() async throws {
        try await withImage { image, folder in
            for name in ["one", "it's <two>"] { try await snapshot(name, image) }
            #expect(try await DiskImage.tags(of: image) == ["one", "it's <two>"])
            let backing = try #require(await DiskImage.backing(of: image))
            #expect(backing == (folder + "/base", "raw"))
            #expect(try await DiskImage.format(of: image) == "qcow2")
            #expect(try await DiskImage.format(of: backing.path) == "raw")
            #expect(try await DiskImage.chain(of: image) == [image, folder + "/base"])
        }
    }

    @Test(
        "LV-060: what changed since a snapshot is found, and only that",
        arguments: [
            ([], .identical), (["write -P 7 0 64k"], .identical), (["write -P 8 0 64k"], .different(at: 0)),
            (["write -P 0 1M 64k"], .different(at: 1 << 20)), (["write -z 1M 64k"], .different(at: 1 << 20)),
            (["write -P 1 4M 64k"], .unknown), (["write -P 8 7M 64k"], .unknown),
        ] as [([String], QcowImage.Comparison)])
    func comparison(commands: [String], found: QcowImage.Comparison) async throws {
        try await withImage { image, folder in
            try await write("write -P 7 0 64k", "write -P 9 1M 64k", to: image)
            try await snapshot("s", image)
            for command in commands { try await write(command, to: image) }
            let compared = try #require(try QcowImage(reading: image)).compare(withTag: "s")
            #expect(compared == found)
            // Reading everything comes to the same, and where the books do not tell, to the answer.
            let isDifferent =
                await (try? DiskImage.compareContents(of: image, withTag: "s", scratch: folder + "/raw")) == nil
            let isFound = await (try? DiskImage.compare(image, withTag: "s", scratch: folder + "/raw")) == nil
            #expect(isFound == isDifferent)
        }
    }

    @Test func `a copy of a snapshot's contents holds them without the image`() async throws {
        try await withImage { image, folder in
            try await write("write -P 7 0 64k", to: image)
            try await snapshot("a, b", image)
            try await write("write -P 8 0 64k", to: image)
            for (tag, pattern) in [("a, b", 7), (nil, 8)] as [(String?, Int)] {
                let copy = folder + "/copy"
                try await DiskImage.extract(image, tag: tag, to: copy)
                #expect(try await DiskImage.chain(of: copy) == [copy, folder + "/base"])
                try await HostProgram.run("qemu-io", ["-f", "qcow2", "-c", "read -P \(pattern) 0 64k", copy])
                try await HostProgram.run("qemu-io", ["-f", "qcow2", "-c", "read -P 1 64k 64k", copy])
            }
        }
    }

    @Test(
        "what a check of an image says is read or refused, and never passed over",
        arguments: [
            (#"{"image-end-offset": 327680, "check-errors": 0}"#, 327_680), (#"{"check-errors": 0}"#, nil),
            (#"{"image-end-offset": -1}"#, nil), ("No errors were found on the image.", nil), ("", nil),
        ] as [(String, UInt64?)])
    func check(said: String, end: UInt64?) {
        do throws(Refusal) {
            #expect(try DiskImage.endOfContents(of: "/disk", inCheck: said) == end)
        } catch {
            #expect(end == nil && error.kind == .lab && error.code == "BadCheck" && error.message.contains("/disk"))
        }
    }
}
