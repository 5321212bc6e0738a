import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    /// What libvirt does with machines that are off, or that a call leaves off.
    @Suite struct `Rules of libvirt while a machine is off` {
        @Test("LV-038: a saved run is removed before a revert, which would leave it for the next start to trip over")
        func managedSave() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await lab.write("before", on: machine)
                try await lab.driver.setPower(.cut, of: machine)
                let snapshot = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s"), of: machine)
                try await lab.driver.setPower(.on, of: machine)
                try await lab.driver.call(.managedSave(name))
                #expect(await lab.code(.revert(name, snapshot: "s", flags: [])) == LibvirtError.Code(rawValue: 77))
                let report = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(report.notes.contains { $0.rule == "LV-038" })
                #expect(try await !lab.driver.flag(.hasManagedSave(name)))
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test("LV-058 and LV-059: checkpoints are of running machines, and none is there when the driver reverts")
        func checkpoints() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                let xml = "<domaincheckpoint><name>c</name></domaincheckpoint>"
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.driver.call(.createCheckpoint(name, xml: xml))
                let found = try await refusal {
                    _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                }
                #expect(found.rule == "LV-058")
                #expect(try await lab.isActive(machine), "libvirt itself would have left it off")
                #expect(await lab.code(.revert(name, snapshot: "s", flags: [])) != nil)
                #expect(try await !lab.isActive(machine), "as it does here")
                let second = "<domaincheckpoint><name>d</name></domaincheckpoint>"
                #expect(await lab.code(.createCheckpoint(name, xml: second)) == .operationUnsupported)
            }
        }

        @Test(
            "LV-055 and LV-056: libvirt ends a machine before it notices that a tag or an image is gone; the driver does not"
        )
        func noticedTooLate() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                let disk = try #require(await lab.driver.record(of: machine).disks.last).path
                let snapshot = try await lab.provider.takeSnapshot(
                    SnapshotRequest(name: "s", memory: true), of: machine)
                try Files.move(disk, to: disk + ".away")
                let found = try await refusal {
                    _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                }
                #expect(found.rule == "LV-057")
                #expect(try await lab.isActive(machine))
                #expect(await lab.code(.revert(name, snapshot: "s", flags: [])) != nil)
                #expect(try await !lab.isActive(machine), "libvirt ends it first")
                try Files.move(disk + ".away", to: disk)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                #expect(try await lab.isActive(machine), "with the image back the same revert works")
                try await lab.driver.setPower(.cut, of: machine)
                try await DiskImage.deleteTag("s", from: disk)
                try await lab.driver.setPower(.on, of: machine)
                #expect(await lab.code(.revert(name, snapshot: "s", flags: [])) != nil)
                #expect(try await !lab.isActive(machine), "and with the tag gone too")
            }
        }

        @Test("LV-051 and LV-064: a machine that is off has no jobs and no agent, and is forgotten with its snapshots")
        func off() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                let disk = try #require(await lab.driver.record(of: machine).disks.last).path
                _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: "s", memory: true), of: machine)
                try await lab.driver.setPower(.cut, of: machine)
                #expect(await lab.code(.commit(name, disk: "vda")) == .operationInvalid)
                #expect(await lab.code(.freeze(name)) == .operationInvalid)
                let ping = WorkerCall.agent(name, command: #"{"execute":"guest-ping"}"#, limit: 1)
                #expect(await lab.code(ping) == .operationInvalid)
                try await lab.driver.call(.undefine(name))
                #expect(try await DiskImage.tags(of: disk) == ["s"], "the contents are still in the image")
            }
        }

        @Test("LV-003: a disk that cannot be written to is left out by itself, whatever its format")
        func readOnlyDisk() async throws {
            try await withMachine { lab, machine in
                try await lab.driver.setPower(.cut, of: machine)
                let record = try await lab.driver.record(of: machine)
                let disk = """
                    <disk type='file' device='disk'><driver name='qemu' type='raw'/>\
                    <source file='\(lab.guest.disks[0].path)'/><target dev='vdc' bus='virtio'/><readonly/></disk>
                    """
                let xml = DomainXML.domain(of: record, agentSocket: "\(lab.driver.root.path)/agents/\(machine)")
                    .replacing("<interface", with: disk + "<interface")
                try await lab.driver.call(.define(xml: xml))
                try await lab.driver.setPower(.on, of: machine)
                try await lab.takeInternalBehind("s", of: machine)
                #expect(try await lab.driver.texts(.snapshots(machine.rawValue)) == ["s"])
                #expect(try await DiskImage.format(of: lab.guest.disks[0].path) == "raw")
            }
        }

        @Test("LV-013: a machine that is to be halted by its snapshot is found off, and is still defined")
        func halt() async throws {
            try await withMachine { lab, machine in
                let xml = DomainXML.internalSnapshot(name: "s")
                try await lab.driver.call(.createSnapshot(machine.rawValue, xml: xml, flags: [.halt]))
                #expect(try await lab.driver.state(of: machine) == .shutOff)
                #expect(try await lab.driver.texts(.domains).contains(machine.rawValue))
            }
        }
    }
}
