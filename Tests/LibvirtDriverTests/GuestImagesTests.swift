import Foundation
import Hypervisor
import LabCore
import Synchronization
import Testing

@testable import LibvirtDriver

@Suite("Building real guests") struct GuestImagesTests {
    private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("the program carries every script of the guest, byte for byte") func scripts() throws {
        let folder = repository.appendingPathComponent("Sources/LibvirtDriver/Guest/Resources")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(GuestScripts.all.map(\.name) == names)
        for (name, text) in GuestScripts.all {
            #expect(try Data(contentsOf: folder.appendingPathComponent(name)) == Data(text), "\(name)")
        }
    }

    @Test("what builds need is in the list of system packages, but for what every Debian has") func requirements()
        throws
    {
        let list = try String(contentsOf: repository.appendingPathComponent("docker/packages.txt"), encoding: .utf8)
        let listed = Set(list.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init))
        let needed = Set(GuestImages.requirements.map(\.package)).subtracting(["apt", "dpkg", "perl-base"])
        #expect(needed.subtracting(listed).sorted() == [])
    }

    @Test("what is built at the same time by two is built once") func concurrency() async throws {
        try await withFolder { folder in
            let builds = Counter()
            let images = GuestImages(folder: folder)
            let paths = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...4 {
                    group.addTask {
                        try await images.make("thing", { _ in }) { draft, _ throws(Refusal) in
                            builds.countUp()
                            try Files.write("whole", to: "\(draft)/contents")
                        }
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(paths == ["\(folder)/thing"])
            #expect(builds.count == 1)
        }
    }

    @Test("a failed build leaves nothing half-made, and the next one begins anew") func failure() async throws {
        try await withFolder { folder in
            let images = GuestImages(folder: folder)
            let refusal = Refusal(.lab, code: "GuestNotBuilt", message: "no more room")
            await #expect(throws: refusal) {
                try await images.make("thing", { _ in }) { draft, _ throws(Refusal) in
                    try Files.write("half", to: "\(draft)/contents")
                    throw refusal
                }
            }
            #expect(Files.names(in: folder) == ["thing.lock"])
            let made = try await images.make("thing", { _ in }) { draft, _ throws(Refusal) in
                #expect(Files.names(in: draft) == [])
            }
            #expect(Files.exists(made))
        }
    }

    @Test("a script that fails is named, with what it said") func sentence() async throws {
        try await withFolder { folder in
            try Files.write("echo 'no kernel in the archive' >&2; exit 1\n", to: "\(folder)/build-it.sh")
            let refusal = Refusal(
                .lab, code: "GuestNotBuilt",
                message: "build-it.sh: env -C \(folder) sh build-it.sh: no kernel in the archive", verb: "build guest")
            await #expect(throws: refusal) {
                try await GuestImages(folder: folder).run(["sh", "build-it.sh"], in: folder)
            }
        }
    }

    @Test("a version is numbers and dots", arguments: ["", "../x", "1.0-2", ".1", "1 0"])
    func versions(version: String) async throws {
        let refusal = Refusal(
            .lab, code: "BadVersion", message: "a version is numbers and dots as in 3.14, found \"\(version)\"")
        await #expect(throws: refusal) { try await GuestImages(folder: "/nowhere").package(version: version) }
    }

    @Test("the package of a version is a Debian package of that version", .enabled(if: hasTools))
    func package() async throws {
        try await withFolder { folder in
            let path = try await GuestImages(folder: folder).package(version: "3.14.1")
            let fields = try await HostProgram.run("dpkg-deb", ["-f", path, "Package", "Version", "Architecture"])
            #expect(fields == "Package: labapp\nVersion: 3.14.1\nArchitecture: all")
            let files = try await HostProgram.run("dpkg-deb", ["-c", path])
            #expect(files.contains("./usr/lib/labapp/VERSION") && files.contains("./usr/lib/labapp/labappd"))
            #expect(files.contains("root/root"), "whoever builds it, its files belong to root")
        }
    }
}

/// Whether the programs that builds need are there.
let hasTools = GuestImages.requirements.allSatisfy { HostProgram.find($0.program) != nil }

/// Makes a folder for a test and removes it afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString)").path
    try Files.makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

/// Counts from many tasks.
private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func countUp() { value.withLock { $0 += 1 } }
}
