import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    /// Why a machine has snapshots of one kind alone: what libvirt does to them when they are mixed.
    @Suite struct `Rules of mixed kinds` {
        /// The driver refuses to mix, whichever kind comes first.
        private func driverRefuses(_ lab: TestLab, _ machine: MachineID, first: SnapshotKind) async throws {
            let other: SnapshotKind = first == .internal ? .external : .internal
            let one = SnapshotRequest(name: "one", memory: true, method: first.rawValue)
            let id = try await lab.provider.takeSnapshot(one, of: machine).id
            let found = try await refusal {
                let request = SnapshotRequest(name: "two", memory: true, method: other.rawValue)
                _ = try await lab.provider.takeSnapshot(request, of: machine)
            }
            #expect(found.rule == "LV-046")
            try await lab.provider.deleteSnapshot(id, of: machine)
        }

        @Test("LV-040, LV-041 and LV-042: an external one after an internal one cannot be deleted, nor kept valid")
        func externalLast() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await driverRefuses(lab, machine, first: .internal)
                let base = try await lab.driver.paths(of: machine)
                try await lab.takeInternalBehind("i", of: machine)
                try await lab.takeBehind("e", of: machine)
                #expect(await lab.code(.deleteSnapshot(name, snapshot: "i", flags: [])) == .operationUnsupported)
                #expect(await lab.code(.deleteSnapshot(name, snapshot: "e", flags: [])) == .operationUnsupported)
                #expect(try await lab.driver.paths(of: machine) != base)
                try await lab.driver.call(.revert(name, snapshot: "i", flags: []))
                #expect(try await lab.driver.paths(of: machine) == base, "the overlay's base is written to again")
                #expect(try await lab.driver.texts(.snapshots(name)) == ["i", "e"], "and libvirt lists it still")
            }
        }

        @Test("LV-044: an external one that such a revert left behind cannot be deleted, and the base stays whole")
        func orphaned() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await driverRefuses(lab, machine, first: .internal)
                try await lab.write("before", on: machine)
                let base = try await lab.driver.paths(of: machine)
                try await lab.takeInternalBehind("i", of: machine)
                try await lab.takeBehind("e", of: machine)
                try await lab.write("after", on: machine)
                try await lab.driver.call(.revert(name, snapshot: "i", flags: []))
                let isRefusing = try await lab.libraryVersion() < 11_000_000
                let code = await lab.code(.deleteSnapshot(name, snapshot: "e", flags: []))
                #expect(code == (isRefusing ? .invalidArgument : nil))
                #expect(try await lab.driver.texts(.snapshots(name)) == (isRefusing ? ["i", "e"] : ["i"]))
                #expect(try await lab.driver.paths(of: machine) == base)
                // libvirt 10 removed the base image: a boot from it shows that it is there, and what is in it.
                try await lab.driver.setPower(.cut, of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await lab.read(on: machine) == "before")
            }
        }

        @Test("LV-043: an internal one after an external one goes with it, without a word")
        func internalLast() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await driverRefuses(lab, machine, first: .external)
                try await lab.takeBehind("e", of: machine)
                try await lab.takeInternalBehind("i", of: machine)
                let overlay = try #require(try await lab.driver.paths(of: machine)["vda"])
                #expect(try await DiskImage.tags(of: overlay) == ["i"])
                try await lab.driver.call(.deleteSnapshot(name, snapshot: "e", flags: []))
                let now = try #require(try await lab.driver.paths(of: machine)["vda"])
                #expect(try await DiskImage.tags(of: now).isEmpty)
            }
        }

        @Test(
            "LV-045: after an external one without a record a revert to the internal one leaves the overlay to nobody")
        func withoutRecord() async throws {
            try await withMachine { lab, machine in
                try await driverRefuses(lab, machine, first: .internal)
                let base = try await lab.driver.paths(of: machine)
                try await lab.takeInternalBehind("i", of: machine)
                try await lab.takeBehind("e", of: machine, flags: [.diskOnly, .noMetadata])
                let overlay = try #require(try await lab.driver.paths(of: machine)["vda"])
                try await lab.driver.call(.revert(machine.rawValue, snapshot: "i", flags: []))
                #expect(try await lab.driver.paths(of: machine) == base && Files.exists(overlay))
            }
        }

        @Test("LV-048: an external one is not deleted with its children")
        func children() async throws {
            try await withMachine { lab, machine in
                try await lab.takeBehind("e", of: machine)
                let call = WorkerCall.deleteSnapshot(machine.rawValue, snapshot: "e", flags: [.children])
                #expect(await lab.code(call) == .configurationUnsupported)
            }
        }
    }
}
