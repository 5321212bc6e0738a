import Foundation
import Hypervisor
import LabCore
import Synchronization
import Testing

@testable import LibvirtDriver

/// The process ids of the children of a process.
private func children(of parent: Int32) -> [Int32] {
    let text = (try? Files.read("/proc/\(parent)/task/\(parent)/children")) ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
}

extension LibvirtDriver {
    /// The worker itself, below its reaping parent; QEMU stands there too.
    fileprivate func killWorker() {
        for child in children(of: link.process) {
            let command = (try? Files.read("/proc/\(child)/cmdline")) ?? Data()
            if String(decoding: command, as: UTF8.self).contains("libvirt-worker") { kill(child, SIGKILL) }
        }
    }
}

extension RealMachines {
    @Suite struct `Workers that die` {
        /// Opens the lab again in the same root, taking over what is there.
        private func reopen(_ lab: TestLab, adopting: Bool) async throws -> TestLab {
            await lab.driver.close()
            var settings = TestLab.settings
            settings.adoptsMachines = adopting
            return try await TestLab(settings, in: lab.driver.claim)
        }

        @Test("LV-074: QEMU stands below the parent that reaps")
        func reaper() async throws {
            try await withMachine { lab, _ in
                let machines = LabProcesses.machines(of: lab.driver.root)
                let process = try #require(machines.first?.split(separator: " ").first.flatMap { Int32($0) })
                #expect(children(of: await lab.driver.link.process).contains(process))
            }
        }

        @Test func `a dead worker is noticed, and the next lab in its root removes what it left running`() async throws
        {
            try await withMachine { lab, machine in
                await lab.driver.killWorker()
                let found = try await refusal { try await lab.driver.setPower(.cut, of: machine) }
                #expect(found.kind == .unknown && found.code == "WorkerGone")
                #expect(LabProcesses.machines(of: lab.driver.root).count == 1, "QEMU outlives the worker")
                let next = try await reopen(lab, adopting: false)
                #expect(await next.driver.leftovers() == [])
                await next.driver.close()
            }
        }

        @Test func `a driver whose worker died still removes everything`() async throws {
            try await withMachine { lab, _ in
                await lab.driver.killWorker()
                try await lab.driver.removeEverything()
                #expect(await lab.driver.leftovers() == [])
            }
        }

        @Test("LV-030: a guest that was left frozen is thawed when its lab is opened again")
        func frozen() async throws {
            try await withMachine { lab, machine in
                try await lab.driver.call(.freeze(machine.rawValue))
                await lab.driver.killWorker()
                let next = try await reopen(lab, adopting: true)
                #expect(try await next.shell("echo awake", on: machine) == "awake")
                await next.driver.close()
            }
        }

        @Test("LV-067: when QEMU ends in a snapshot the machine is off, and its older snapshots are as they were")
        func endsInSnapshot() async throws {
            let armed = Mutex(false)
            let root = Mutex<LabRoot?>(nil)
            var settings = TestLab.settings
            settings.willCall = { call in
                guard call.function == "virDomainSnapshotCreateXML", armed.withLock({ $0 }) else { return }
                for process in LabProcesses.machines(of: root.withLock { $0 } ?? LabRoot(path: "/nowhere")) {
                    if let number = process.split(separator: " ").first.flatMap({ Int32($0) }) { kill(number, SIGKILL) }
                }
            }
            try await withMachine(settings) { lab, machine in
                root.withLock { $0 = lab.driver.root }
                try await lab.write("before", on: machine)
                let old = try await lab.provider.takeSnapshot(SnapshotRequest(name: "old", memory: true), of: machine)
                armed.withLock { $0 = true }
                _ = try await refusal {
                    let request = SnapshotRequest(name: "new", memory: true)
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                armed.withLock { $0 = false }
                #expect(try await lab.provider.snapshots(of: machine).map(\.name) == ["old"])
                _ = try await lab.provider.revert(RevertRequest(snapshot: old.id), of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test("LV-068: a machine that was left standing still goes on, and a snapshot that nobody knows of is removed")
        func standsStill() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await lab.takeInternalBehind("orphan", of: machine)
                try await lab.driver.call(.deleteSnapshot(name, snapshot: "orphan", flags: [.recordOnly]))
                try await lab.driver.call(.suspend(name))
                await lab.driver.killWorker()
                let next = try await reopen(lab, adopting: true)
                #expect(try await next.shell("echo on", on: machine) == "on")
                try await next.driver.setPower(.cut, of: machine)
                await next.driver.killWorker()
                let last = try await reopen(next, adopting: true)
                let disk = try #require(await last.driver.record(of: machine).disks.last)
                #expect(try await DiskImage.tags(of: disk.path).isEmpty)
                await last.driver.close()
            }
        }

        @Test("LV-069: a revert to an internal snapshot that was cut off with QEMU gone can be asked for again")
        func cutOffInternal() async throws {
            let armed = Mutex(false)
            let reached = Mutex<LibvirtDriver?>(nil)
            var settings = TestLab.settings
            settings.willCall = { call in
                guard call.function == "virDomainRevertToSnapshot", armed.withLock({ $0 }) else { return }
                armed.withLock { $0 = false }
                reached.withLock { $0 }?.assumeIsolated { driver in
                    driver.killWorker()
                    for process in LabProcesses.machines(of: driver.root) {
                        if let number = process.split(separator: " ").first.flatMap({ Int32($0) }) {
                            kill(number, SIGKILL)
                        }
                    }
                }
            }
            try await withMachine(settings) { lab, machine in
                reached.withLock { $0 = lab.driver }
                try await lab.write("before", on: machine)
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.write("after", on: machine)
                armed.withLock { $0 = true }
                let revert = RevertRequest(snapshot: snapshot.id)
                let found = try await refusal { _ = try await lab.provider.revert(revert, of: machine) }
                #expect(found.kind == .unknown)
                reached.withLock { $0 = nil }
                let next = try await reopen(lab, adopting: true)
                #expect(try await !next.isActive(machine))
                _ = try await next.provider.revert(revert, of: machine)
                #expect(try await next.read(on: machine) == "before")
                await next.driver.close()
            }
        }

        @Test(
            "a revert that was cut off is done again from its start",
            arguments: ["virDomainDestroy", "virDomainDefineXMLFlags", "virDomainRestoreFlags"])
        func cutOff(verb: String) async throws {
            let armed = Mutex(false)
            let reached = Mutex<LibvirtDriver?>(nil)
            var settings = TestLab.settings
            settings.willCall = { call in
                guard call.function == verb, armed.withLock({ $0 }) else { return }
                armed.withLock { $0 = false }
                reached.withLock { $0 }?.assumeIsolated { $0.killWorker() }
            }
            try await withMachine(settings) { lab, machine in
                reached.withLock { $0 = lab.driver }
                try await lab.write("before", on: machine)
                let request = SnapshotRequest(name: "s", memory: true, method: "external")
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                try await lab.write("after", on: machine)
                armed.withLock { $0 = true }
                let found = try await refusal {
                    _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                }
                #expect(found.kind == .unknown)
                reached.withLock { $0 = nil }
                let next = try await reopen(lab, adopting: true)
                #expect(try await next.read(on: machine) == "before")
                _ = try await next.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(try await next.read(on: machine) == "before", "and the snapshot is as good as before")
                await next.driver.close()
            }
        }
    }
}
