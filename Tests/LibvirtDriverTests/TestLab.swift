import Dispatch
import Foundation
import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension Tag {
    /// Needs libvirt and QEMU, and boots real guests.
    @Tag static var libvirt: Self
}

/// Everything that runs real guests; one after the other, for each of them keeps a processor busy.
@Suite(
    .serialized, .tags(.libvirt), .enabled(if: TestLab.isPossible, "needs qemu-system-x86 and qemu-utils"),
    .timeLimit(.minutes(10)))
enum RealMachines {}

/// What the tests of the real half share: a driver, and tiny guests with a root and a data disk.
struct TestLab: Sendable {
    let driver: LibvirtDriver
    let guest: GuestImage

    /// Whether this host has what real guests need.
    static let isPossible = ["qemu-system-x86_64", "qemu-img"].allSatisfy { HostProgram.find($0) != nil }

    /// The usual folder, so that guests are built once for tests and runs; every lab in it has a root of its own.
    static let folder = LabFolder.usual

    /// Settings that do not look for KVM and do not wait long for an agent that hangs.
    static var settings: LibvirtDriver.Settings {
        var settings = LibvirtDriver.Settings()
        settings.acceleration = .tcg
        settings.agentSeconds = 5
        settings.stallLimit = .seconds(5)
        settings.commandSeconds = 15
        return settings
    }

    init(_ settings: LibvirtDriver.Settings = TestLab.settings, in root: ClaimedRoot? = nil) async throws {
        guest = try await Self.tinyGuest()
        driver =
            if let root {
                try await LibvirtDriver.open(root, folder: Self.folder, settings: settings)
            } else {
                try await LibvirtDriver.open(folder: Self.folder, settings: settings)
            }
    }

    static func tinyGuest() async throws -> GuestImage {
        try await GuestImages(folder: folder.images).prepare(.tiny)
    }

    var provider: any SnapshotProvider { driver.referenceProvider }

    static let spec = MachineSpec(
        name: "tiny & <small>", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .mebibytes(64)), DiskSpec(role: .data, size: .mebibytes(64))],
        memory: .mebibytes(256))

    func machine() async throws -> MachineID {
        try await driver.makeMachine(Self.spec, guest: guest, hasAppliance: false)
    }

    /// Runs a line of shell in the guest and answers what it printed.
    @discardableResult
    func shell(_ line: String, on machine: MachineID) async throws -> String {
        let result = try await driver.run(GuestProgram("/bin/sh", ["-c", line]), on: machine)
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Writes a word to a file on the data disk, or elsewhere, so that it has reached the disk.
    func write(_ word: String, to path: String = "/data/word", on machine: MachineID) async throws {
        try await shell("echo \(word) >\(path); sync", on: machine)
    }

    /// Reads a file from the disk and not from a cache; nothing when it is not there.
    func read(_ path: String = "/data/word", on machine: MachineID) async throws -> String {
        try await shell("echo 3 >/proc/sys/vm/drop_caches; cat \(path) 2>/dev/null", on: machine)
    }

    /// What tells one run of the guest from the next.
    func boot(of machine: MachineID) async throws -> String {
        try await shell("cat /proc/sys/kernel/random/boot_id; cat /run/mark 2>/dev/null", on: machine)
    }

    func isActive(_ machine: MachineID) async throws -> Bool { try await driver.state(of: machine).isActive }
}

/// A look-out for a moment inside a call, on a thread of its own: it begins at once, however busy the threads are that
/// tests share.
struct LookOut {
    private let results: AsyncStream<Bool>

    /// Does `action` as soon as it is time, or after a minute.
    init(for isTime: @escaping @Sendable () -> Bool, then action: @escaping @Sendable () -> Void) {
        let (results, continuation) = AsyncStream.makeStream(of: Bool.self)
        self.results = results
        Thread.detachNewThread {
            let end = ContinuousClock().now + .seconds(60)
            // Nobody signals: between two looks a millisecond passes.
            let pause = DispatchSemaphore(value: 0)
            var hasCome = isTime()
            while !hasCome, ContinuousClock().now < end {
                _ = pause.wait(timeout: .now() + .milliseconds(1))
                hasCome = isTime()
            }
            action()
            continuation.yield(hasCome)
            continuation.finish()
        }
    }

    /// Whether the moment came; it is asked for once.
    var hasCome: Bool {
        get async {
            for await result in results { return result }
            preconditionFailure("The thread yields its result before it finishes")
        }
    }
}

/// Opens a lab, runs `body`, and ends the lab whatever happened.
func withLab(
    _ settings: LibvirtDriver.Settings = TestLab.settings, _ body: (TestLab) async throws -> Void
) async throws {
    let lab = try await TestLab(settings)
    do {
        try await body(lab)
    } catch {
        await lab.driver.close()
        throw error
    }
    await lab.driver.close()
}

/// Opens a lab with one machine, runs `body`, and ends the lab whatever happened.
func withMachine(
    _ settings: LibvirtDriver.Settings = TestLab.settings, _ body: (TestLab, MachineID) async throws -> Void
) async throws {
    try await withLab(settings) { lab in try await body(lab, try await lab.machine()) }
}

/// The refusal that `body` ends with.
func refusal(
    sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> Void
) async throws -> Refusal {
    try #require(await #expect(throws: Refusal.self, sourceLocation: sourceLocation) { try await body() })
}
