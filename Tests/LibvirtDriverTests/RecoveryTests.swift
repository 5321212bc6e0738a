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
    fileprivate var worker: [Int32] {
        children(of: link.process).filter { child in
            let command = (try? Files.read("/proc/\(child)/cmdline")) ?? Data()
            return String(decoding: command, as: UTF8.self).contains("libvirt-worker")
        }
    }

    fileprivate func killWorker() {
        for process in worker { kill(process, SIGKILL) }
    }

    /// Kills the worker as soon as it is time.
    fileprivate func killWorker(once isTime: @escaping @Sendable () -> Bool) -> LookOut {
        let worker = worker
        return LookOut(for: isTime) { for process in worker { kill(process, SIGKILL) } }
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

        @Test("LV-053: a machine that somebody renamed keeps its snapshots, and gets its name back from the next lab")
        func renamed() async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.write("after", on: machine)
                try await lab.driver.setPower(.cut, of: machine)
                try await lab.driver.call(.rename(machine.rawValue, to: "mine"))
                #expect(try await lab.driver.texts(.snapshots("mine")) == ["s"])
                await lab.driver.killWorker()
                let next = try await reopen(lab, adopting: true)
                #expect(try await next.driver.texts(.domains) == [machine.rawValue])
                #expect(try await next.driver.texts(.snapshots(machine.rawValue)) == ["s"])
                _ = try await next.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(try await next.read(on: machine) == "before")
                await next.driver.close()
            }
        }

        @Test("LV-068: cut off in a snapshot a machine stands still; it goes on, and the tag that nobody knows of goes")
        func cutOffSnapshot() async throws {
            try await withMachine { lab, machine in
                let disk = try #require(await lab.driver.record(of: machine).disks.first).path
                try await lab.fillMemory(of: machine)
                let before = try lab.size(of: disk)
                let death = await lab.driver.killWorker {
                    (try? lab.size(of: disk)).map { $0 > before + 8 << 20 } ?? false
                }
                let found = try await refusal {
                    let request = SnapshotRequest(name: "orphan", memory: true)
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(await death.hasCome)
                #expect(found.kind == .unknown)
                // QEMU goes on by itself; its books cannot always be read while it writes them.
                let isWhole = try await HostClock.poll(for: .seconds(60)) { () async throws(Refusal) -> Bool? in
                    (try? await DiskImage.tags(of: disk)) == ["orphan"] ? true : nil
                }
                try #require(isWhole == true)
                let next = try await reopen(lab, adopting: true)
                #expect(await next.driver.takeEvents().contains { $0.text == "virDomainResume -> done" })
                #expect(try await next.shell("echo on", on: machine) == "on")
                #expect(try await next.driver.texts(.snapshots(machine.rawValue)).isEmpty)
                try await next.driver.setPower(.cut, of: machine)
                #expect(try await DiskImage.tags(of: disk).isEmpty)
                try await HostProgram.run("qemu-img", ["check", "-q", disk])
                await next.driver.close()
            }
        }

        @Test("LV-069: cut off in a revert to an internal snapshot a machine is off, and can be reverted again")
        func cutOffInternal() async throws {
            try await withMachine { lab, machine in
                try await lab.write("before", on: machine)
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.write("after", on: machine)
                let processes = LabProcesses.machines(of: lab.driver.root)
                let old = try #require(processes.first?.split(separator: " ").first.flatMap { Int32($0) })
                // Once QEMU is gone the worker must hear of it and describe another, before that is started.
                let death = await lab.driver.killWorker { kill(old, 0) != 0 }
                let revert = RevertRequest(snapshot: snapshot.id)
                let found = try await refusal { _ = try await lab.provider.revert(revert, of: machine) }
                #expect(await death.hasCome)
                #expect(found.kind == .unknown)
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
