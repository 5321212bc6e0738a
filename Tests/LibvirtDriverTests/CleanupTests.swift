import Foundation
import Hypervisor
import LabCore
import Synchronization
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite struct `Cleaning up` {
        /// What is left in a root, seen without any connection.
        private func traces(in root: LabRoot) -> [String] {
            Files.names(in: root.machines) + LabProcesses.machines(of: root)
                + Files.names(in: root.path + "/etc/qemu").filter { $0.hasSuffix(".xml") }
                + Files.names(in: root.path + "/lib/qemu/snapshot").flatMap { name in
                    Files.names(in: "\(root.path)/lib/qemu/snapshot/\(name)")
                }
        }

        /// Takes a machine through everything that a run does to one.
        private func flow(_ lab: TestLab, _ way: Way, made: () -> Void = {}) async throws {
            let machine = try await lab.machine()
            made()
            let request = SnapshotRequest(
                name: "s", memory: way.memory, quiesce: way.memory ? .off : .preferred, method: way.taken)
            let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
            let revert = RevertRequest(snapshot: snapshot.id, method: way.reverted)
            let report = try await lab.provider.revert(revert, of: machine)
            if !report.leftRunning { try await lab.driver.setPower(.on, of: report.machine) }
            try await lab.provider.deleteSnapshot(snapshot.id, of: machine)
        }

        /// A way of taking a snapshot and back, and the verbs that it must have come by.
        struct Way: Sendable {
            var taken: String
            var memory = true
            var reverted: String?
            var verbs: Set<String>
        }

        @Test(
            "interrupted before any call, a run leaves no domain, file or process behind",
            arguments: [
                Way(
                    taken: "internal",
                    verbs: ["virDomainRevertToSnapshot", "virDomainResume", "virDomainSnapshotDelete"]),
                Way(
                    taken: "external",
                    verbs: [
                        "virDomainDestroy", "virDomainDefineXMLFlags", "virDomainRestoreFlags", "virDomainBlockCommit",
                        "virDomainBlockJobAbort",
                    ]),
                Way(taken: "external", memory: false, verbs: ["virDomainDestroy", "virDomainCreate"]),
                Way(
                    taken: "internal", reverted: "new-machine",
                    verbs: ["virDomainDestroy", "virDomainDefineXMLFlags", "virDomainCreate"]),
            ])
        func interrupted(way: Way) async throws {
            let countdown = Mutex(Int.max)
            let verbs = Mutex<[String]>([])
            let running = Mutex<Task<Void, any Error>?>(nil)
            var settings = TestLab.settings
            settings.willCall = { call in
                verbs.withLock { $0.append(call.function) }
                let isDue = countdown.withLock { left in
                    left -= 1
                    return left == 0
                }
                if isDue { running.withLock { $0 }?.cancel() }
            }
            try await withLab(settings) { lab in
                var before = 0
                try await flow(lab, way) { before = verbs.withLock { $0.count } }
                let calls = verbs.withLock { $0.count }
                #expect(way.verbs.isSubset(of: verbs.withLock { $0[before...] }), "the steps that are meant are taken")
                try await lab.driver.removeEverything()
                // Every way begins by making a machine: interrupting that once is enough.
                let first = way.reverted == nil && way.taken == "internal" ? 1 : before + 1
                for call in first...calls {
                    let task = Task { try await flow(lab, way) }
                    running.withLock { $0 = task }
                    countdown.withLock { $0 = call }
                    // Whether the last step still ends well depends on what comes after the interrupt.
                    _ = await task.result
                    countdown.withLock { $0 = .max }
                    try await lab.driver.removeEverything()
                    #expect(await lab.driver.leftovers() == [], "interrupted before call \(call)")
                    #expect(traces(in: lab.driver.root) == [], "interrupted before call \(call)")
                }
            }
        }

        @Test func `a machine that could not be made leaves nothing, without anyone asking`() async throws {
            try await withLab { lab in
                var guest = lab.guest
                guest.disks[1].path = "/nowhere"
                let found = try await refusal {
                    _ = try await lab.driver.makeMachine(TestLab.spec, guest: guest, hasAppliance: false)
                }
                #expect(found.message.contains("/nowhere"))
                #expect(await lab.driver.leftovers() == [])
            }
        }

        @Test("LV-052: a running machine is destroyed before it is forgotten, and its snapshots with it")
        func removal() async throws {
            try await withMachine { lab, machine in
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s", memory: true), of: machine)
                #expect(await lab.driver.leftovers().contains("domain \(machine)"))
                try await lab.driver.removeEverything()
                #expect(await lab.driver.leftovers() == [])
                #expect(traces(in: lab.driver.root) == [])
            }
        }

        @Test func `when its driver goes, the worker takes the machines along`() async throws {
            let lab = try await TestLab()
            _ = try await lab.machine()
            await lab.driver.close()
            #expect(traces(in: lab.driver.root) == [])
        }

        @Test func `machines that are kept stay until someone cleans`() async throws {
            let folder = LabFolder(path: "/tmp/belay-clean-\(getpid())")
            defer { try? FileManager.default.removeItem(atPath: folder.path) }
            var settings = TestLab.settings
            settings.startsWarm = false
            let root: LabRoot
            do {
                let driver = try await LibvirtDriver.open(folder: folder, settings: settings)
                root = driver.root
                let guest = try await TestLab.tinyGuest()
                _ = try await driver.makeMachine(TestLab.spec, guest: guest, hasAppliance: false)
                #expect(try await LibvirtLab.clean(root: folder.path) == ["\(root.path) is in use and was left alone"])
                await driver.closeKeepingMachines()
            }
            #expect(LabProcesses.machines(of: root).count == 1)
            #expect(try folder.claimRoot().root != root, "another lab does not take its place")
            let removed = try await LibvirtLab.clean(root: folder.path)
            #expect(removed.contains { $0.hasPrefix("domain") } && removed.contains { $0.hasPrefix("process") })
            #expect(LabProcesses.machines(of: root) == [])
            #expect(!Files.exists(root.path))
        }

        @Test func `the platform's facts name the machine, its disks and its snapshots`() async throws {
            try await withMachine { lab, machine in
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                let facts = try await lab.driver.facts(of: machine)
                #expect(facts[.power] == "on" && facts[.snapshots] == 1)
                #expect(facts[.machine] == .text(machine.rawValue))
                #expect(facts[.hardwareAddress] == "52:54:00:be:1a:01")
                #expect(facts[.disk(.root)] == "vda.1" && facts[.disk(.data)] == "vdb.1")
                try await lab.driver.setPower(.cut, of: machine)
                #expect(try await lab.driver.facts(of: machine)[.power] == "off")
            }
        }
    }
}
