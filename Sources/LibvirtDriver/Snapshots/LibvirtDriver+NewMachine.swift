internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// The way back by a machine of its own, by the lab's word: libvirt itself knows no such verb.
    static let newMachineMethod = "new-machine"

    /// Makes a new machine of copies of a snapshot's disks, and lets the old one stand by, switched off.
    ///
    /// The new machine is off too, has another name, another identifier and other addresses, and shares no file with the
    /// old one but the database that stands for another computer.
    func revertIntoNewMachine(_ record: MachineRecord, to target: SnapshotRecord) async throws(Refusal) -> RevertReport
    {
        guard Set(target.snapshot.disks) == Set(record.roles) else {
            throw Refusal(
                .refused, code: LibvirtError.Code.configurationUnsupported.name,
                message:
                    "a new machine needs all disks, and the snapshot holds \(target.snapshot.disks.map(\.rawValue))")
        }
        switch target.kind {
        case .internal: try await checkTags(of: record, tag: target.snapshot.name)
        case .external: try await checkFiles(of: target)
        }
        // Two machines with one database would destroy it, and two with one address disturb each other.
        try await destroy(record.id.rawValue)
        let id = takeMachineID()
        do throws(Refusal) {
            try await makeCopy(id, of: record, from: target)
        } catch {
            await evenWhenCancelled { try? await self.remove(id) }  // Why it came to nothing is worth more.
            throw error.afterChange
        }
        var notes = [
            Note("\(id) is made of copies of the snapshot's disks and has no snapshots of its own"),
            Note("the old machine \(record.id) is switched off and keeps its snapshots"),
        ]
        if target.snapshot.holdsMemory {
            notes.append(
                Note(
                    "its memory stays behind: it can be restored only under the name it was saved with", rule: "LV-061")
            )
        }
        return RevertReport(machine: id, method: Self.newMachineMethod, leftRunning: false, notes: notes)
    }

    private func makeCopy(
        _ id: MachineID, of record: MachineRecord, from target: SnapshotRecord
    ) async throws(Refusal) {
        try Files.makeFolder(root.machine(id))
        var disks = record.disks
        for index in disks.indices where disks[index].role != nil {
            let copy = "\(root.machine(id))/\(disks[index].target).qcow2"
            let isInternal = target.kind == .internal
            let source = isInternal ? disks[index].path : target.bases[disks[index].target] ?? disks[index].path
            try await DiskImage.extract(source, tag: isInternal ? target.snapshot.name : nil, to: copy)
            disks[index].path = copy
            disks[index].format = .qcow2
        }
        let number = machines.values.map(\.hardware.place).max() ?? 1
        let variables = record.variables.map { _ in "\(root.machine(id))/variables" }
        if let variables, let copy = target.variables { try await Firmware.copy(copy, to: variables) }
        let new = MachineRecord(
            id: id, uuid: try newIdentifier(), spec: record.spec, hardware: record.hardware.moved(to: number + 1),
            disks: disks, variables: variables)
        try keep(new)
        if appliances.contains(record.id) { appliances.insert(id) }
        try await define(new)
    }
}
