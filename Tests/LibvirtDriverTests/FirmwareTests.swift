import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension RealMachines {
    @Suite(.enabled(if: Firmware.uefi.isInstalled, "needs ovmf")) struct `Machines whose firmware keeps variables` {
        /// Of the variables whose names are free, Linux lets those of this owner alone be written a second time.
        private static let variable = "/sys/firmware/efi/efivars/Belay-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"

        /// Has the guest write a variable of its firmware, as an upgrade of a boot loader does.
        private func set(_ word: String, _ lab: TestLab, on machine: MachineID) async throws {
            let mount = "insmod /modules/efivarfs.ko; mount -t efivarfs efivarfs /sys/firmware/efi/efivars"
            let write = "printf '\\007\\000\\000\\000\(word)' >\(Self.variable)"
            try await lab.shell("\(mount); \(write)", on: machine)
            try await #require(get(lab, on: machine) == word)
        }

        private func get(_ lab: TestLab, on machine: MachineID) async throws -> String {
            let mount = "insmod /modules/efivarfs.ko; mount -t efivarfs efivarfs /sys/firmware/efi/efivars"
            return try await lab.shell("(\(mount)) 2>/dev/null; tail -c +5 \(Self.variable)", on: machine)
        }

        @Test("LV-072: an external snapshot comes with a copy of them, and the way back puts it in place")
        func variables() async throws {
            var settings = TestLab.settings
            settings.firmware = .uefi
            try await withMachine(settings) { lab, machine in
                try await set("before", lab, on: machine)
                let found = try await refusal {
                    let request = SnapshotRequest(name: "s", memory: true, method: "internal")
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(found.rule == "LV-072")
                #expect(
                    await lab.code(
                        .createSnapshot(machine.rawValue, xml: DomainXML.internalSnapshot(name: "s"), flags: []))
                        == .operationUnsupported, "libvirt itself says so too")
                let request = SnapshotRequest(name: "s", quiesce: .required)
                let snapshot = try await lab.provider.takeSnapshot(request, of: machine)
                #expect(snapshot.isQuiesced)
                try await set("after", lab, on: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: snapshot.id), of: machine)
                try await lab.driver.setPower(.on, of: machine)
                #expect(try await get(lab, on: machine) == "before")
                let memory = SnapshotRequest(name: "m", memory: true)
                #expect(try await lab.provider.takeSnapshot(memory, of: machine).method == "external")
                try await set("later", lab, on: machine)
                _ = try await lab.provider.revert(RevertRequest(snapshot: Snapshot.ID(rawValue: "m")), of: machine)
                #expect(try await get(lab, on: machine) == "before", "memory and file agree")
            }
        }
    }
}
