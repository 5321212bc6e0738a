import CReaper
import Foundation
import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

/// A libvirt daemon of the test's own, on a socket of its own.
private struct PrivateDaemon {
    let folder: String
    let process: pid_t
    var address: String { "qemu+unix:///session?socket=\(folder)/sock/libvirt-sock" }

    /// Whether a daemon can be had: root needs a name space, for root's daemon keeps its state where all of them do.
    static let isPossible = HostProgram.find("libvirtd") != nil && (geteuid() != 0 || canPretend)

    private static let canPretend: Bool = {
        guard let unshare = HostProgram.find("unshare") else { return false }
        guard case .success(let process) = spawn([unshare] + pretending + ["true"]) else { return false }
        return creaper_wait(process) == 0
    }()
    private static let pretending = ["--user", "--map-user=1000", "--map-group=1000"]

    private static func spawn(_ command: [String]) -> Result<pid_t, HostProgram.SystemError> {
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        return HostProgram.spawn(command, input: null, output: null, errors: null, ownSession: true)
    }

    /// Starts a daemon on the folder, which a former one may have used, and waits until it listens.
    static func started(in folder: String) async throws -> PrivateDaemon {
        for name in ["sock", "run", "cache/libvirt/qemu", "config/libvirt"] {
            try Files.makeFolder("\(folder)/\(name)")
        }
        try Files.write("unix_sock_dir = \"\(folder)/sock\"\nauth_unix_rw = \"none\"\n", to: folder + "/libvirtd.conf")
        let settings = "stdio_handler = \"file\"\nsecurity_driver = \"none\"\nnamespaces = [ ]\n"
        try Files.write(settings, to: folder + "/config/libvirt/qemu.conf")
        let known = TestLab.folder.path + "/capabilities"
        if Files.exists(known), !Files.exists(folder + "/cache/libvirt/qemu/capabilities") {
            try await HostProgram.run("cp", ["-a", known, folder + "/cache/libvirt/qemu/capabilities"])
        }
        try Files.remove(folder + "/sock/libvirt-sock")
        let environment = ["RUNTIME_DIR=run", "CONFIG_HOME=config", "CACHE_HOME=cache", "DATA_HOME=run"].map { pair in
            "XDG_" + pair.replacing("=", with: "=\(folder)/")
        }
        let program = try #require(HostProgram.find("libvirtd")), env = try #require(HostProgram.find("env"))
        let unshare = geteuid() == 0 ? [try #require(HostProgram.find("unshare"))] + pretending : []
        let daemon = [program, "-f", folder + "/libvirtd.conf", "-p", folder + "/pid"]
        let process = try spawn([env, "HOME=\(folder)"] + environment + unshare + daemon).get()
        let socket = folder + "/sock/libvirt-sock"
        let listens = try await HostClock.poll(for: .seconds(60)) { Files.exists(socket) ? true : nil }
        try #require(listens == true)
        return PrivateDaemon(folder: folder, process: process)
    }

    /// Ends the daemon at once and waits until it is gone.
    func end() {
        kill(process, SIGKILL)
        _ = creaper_wait(process)
    }
}

extension RealMachines {
    @Suite(.enabled(if: PrivateDaemon.isPossible, "needs libvirtd")) struct `A daemon instead of the embedded driver` {
        @Test("LV-070: a run through a daemon is as any other, and one whose daemon has died finds a new one")
        func throughDaemon() async throws {
            let folder = "/tmp/belay-daemon-\(getpid())"
            defer { try? Files.remove(folder) }
            let first = try await PrivateDaemon.started(in: folder)
            var settings = TestLab.settings
            settings.address = first.address
            let lab: TestLab
            do {
                lab = try await TestLab(settings)
            } catch {
                first.end()
                throw error
            }
            let machine = try await lab.machine()
            try await lab.write("before", on: machine)
            for kind in ["internal", "external"] {
                let request = SnapshotRequest(name: kind, memory: true, method: kind)
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                try await lab.write("after", on: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(try await lab.read(on: machine) == "before")
                try await lab.provider.deleteSnapshot(snapshot.id, of: machine)
            }
            #expect(try await lab.driver.texts(.domains) == [machine.rawValue])
            first.end()
            // The library hears of it when the closed socket is read.
            let isGone = try await HostClock.poll(for: .seconds(60)) { () async throws(Refusal) -> Bool? in
                try await lab.driver.flag(.isAlive) ? nil : true
            }
            #expect(isGone == true)
            #expect(await lab.code(.destroy(machine.rawValue)) == .internalError)
            #expect(LabProcesses.machines(of: lab.driver.root).count == 1, "the machine runs on")
            let second = try await PrivateDaemon.started(in: folder)
            try await lab.driver.removeEverything()
            #expect(await lab.driver.leftovers() == [])
            await lab.driver.close()
            second.end()
        }
    }
}
