internal import Foundation
internal import Hypervisor
internal import LabCore

/// What was found out about the processor's help with guests; good until the host boots again.
package struct AccelerationFinding: Hashable, Sendable, Codable {
    /// The host's boot in which it was found out.
    package var bootID: String
    /// What runs the guests' instructions.
    package var acceleration: Acceleration
    /// Why it is not the processor itself; nothing when it is.
    package var reason: String?

    /// What an earlier probe found during this boot of the host; nothing when there was none.
    package static func known(in folder: LabFolder) -> AccelerationFinding? {
        // A file that is not there or of another version means that nothing is known.
        guard let contents = try? Files.read(path(in: folder)),
            let finding = try? JSONDecoder().decode(AccelerationFinding.self, from: contents),
            finding.bootID == currentBoot
        else { return nil }
        return finding
    }

    /// Keeps the finding for other labs.
    func keep(in folder: LabFolder) throws(Refusal) {
        // Made of texts, which always encode.
        guard let contents = try? JSONEncoder().encode(self) else { return }
        try Files.write(contents, to: Self.path(in: folder))
    }

    /// The name of this boot of the host.
    static var currentBoot: String {
        // Without such a file every probe is good for ever, as on a host that cannot say when it booted.
        let contents = (try? Files.read("/proc/sys/kernel/random/boot_id")) ?? Data()
        return String(decoding: contents, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func path(in folder: LabFolder) -> String { folder.path + "/acceleration.json" }
}

extension LibvirtDriver {
    /// Decides what runs the guests' instructions: the processor only when a guest has really booted on it.
    ///
    /// The device alone proves nothing: on some hosts QEMU aborts or the guest hangs.
    func decideAcceleration() async throws(Refusal) -> Acceleration {
        if let given = settings.acceleration { return given }
        if let known = AccelerationFinding.known(in: folder) { return known.acceleration }
        let reason = try await reasonAgainstKVM()
        let finding = AccelerationFinding(
            bootID: AccelerationFinding.currentBoot, acceleration: reason == nil ? .kvm : .tcg, reason: reason)
        try finding.keep(in: folder)
        return finding.acceleration
    }

    /// Why the processor's help is of no use; nothing when a guest booted with it.
    private func reasonAgainstKVM() async throws(Refusal) -> String? {
        guard unsafe access("/dev/kvm", R_OK | W_OK) == 0 else {
            return Files.exists("/dev/kvm") ? "/dev/kvm may not be used by this user" : "there is no /dev/kvm"
        }
        let guest = try await images.prepare(.tiny, progress: settings.progress)
        settings.progress("booting a tiny guest to see whether KVM works")
        let id = MachineID(rawValue: "belay-\(root.number)-kvm")
        let hardware = Hardware(
            kernel: guest.kernel, initialFileSystem: guest.initialFileSystem, commandLine: guest.commandLine,
            memory: Int(guest.memory.bytes >> 20), acceleration: .kvm)
        let spec = MachineSpec(
            name: "probe", appliance: .generic, version: "0",
            disks: [DiskSpec(role: .root, size: .mebibytes(64))], memory: guest.memory)
        let record = MachineRecord(
            id: id, uuid: try newIdentifier(), spec: spec, hardware: hardware,
            disks: [MachineDisk(target: "vda", role: .root, path: "\(root.machine(id))/vda.qcow2")])
        do throws(Refusal) {
            try Files.makeFolder(root.machine(id))
            try await startCold(record, guest: guest, limit: .seconds(10))
            try await remove(id)
            return nil
        } catch {
            await evenWhenCancelled { try? await self.remove(id) }  // It is looked for again before the lab ends.
            guard error.code != Refusal.cancelled.code else { throw error }
            return "a tiny guest did not boot with it: \(error.message)"
        }
    }
}
