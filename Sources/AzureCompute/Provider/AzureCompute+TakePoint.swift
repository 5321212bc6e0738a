import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// A restore point across the disks: with the guest where a rest was wished for, else past it.
    ///
    /// What was achieved is read from the point afterwards; nothing of what was asked for is believed. Rule: AZ-108.
    mutating func takePoint(
        _ set: inout SnapshotSet, _ request: SnapshotRequest, of machine: VirtualMachine
    ) throws(Refusal) {
        let excluded = machine.disksByRole.filter { !set.roles.contains($0.key) }.map(\.value).sorted()
        let collection = id(.restorePointCollections, "\(machine.id.name)-points", in: machine.id.group)
        let location = machine.location
        set.point = collection.child(.restorePoints, set.id.rawValue)
        try done { plane throws(AzureFault) in
            try plane.createRestorePointCollection(collection, location: location, source: machine.id)
        }
        let isOff = virtualMachines[machine.id]?.machine?.power != .on
        if isOff || request.quiesce == .off {
            try take(&set, CreateRestorePoint(.crash, excluding: excluded))
        } else {
            do throws(Refusal) {
                try take(&set, CreateRestorePoint(excluding: excluded))
                try checkAchieved(&set, request)
            } catch {
                guard request.quiesce == .preferred else { throw error }
                try takeAgain(&set, CreateRestorePoint(.crash, excluding: excluded), after: error)
            }
        }
        read(&set, of: machine, isOff: isOff)
    }

    private mutating func take(_ set: inout SnapshotSet, _ request: CreateRestorePoint) throws(Refusal) {
        guard let id = set.point else { return }
        try done(repeatsFailures: false) { plane throws(AzureFault) in try plane.createRestorePoint(id, request) }
        // A repeated call that finds the point still being made answers at once.
        advance(until: now + .hours(1)) { $0.restorePoints[id]?.state != .creating }
        guard restorePoints[id]?.state == .succeeded else {
            throw Refusal(
                .failed, code: AzureFault.Code.restorePointClientError.rawValue,
                message: "The restore point '\(id.name)' did not become ready.", rule: "AZ-105")
        }
    }

    /// Who asked for application consistency and got less is told so.
    ///
    /// Rule: AZ-108.
    private func checkAchieved(_ set: inout SnapshotSet, _ request: SnapshotRequest) throws(Refusal) {
        guard let point = set.point.flatMap({ restorePoints[$0] }), point.consistency == .crash else { return }
        throw Refusal(
            .failed, code: AzureFault.Code.restorePointClientError.rawValue,
            message: "The restore point is \(RestorePoint.Consistency.crash.rawValue) only.", rule: "AZ-108")
    }

    /// What failed stays as a resource under its name, and makes room first.
    private mutating func takeAgain(
        _ set: inout SnapshotSet, _ request: CreateRestorePoint, after refusal: Refusal
    ) throws(Refusal) {
        guard let id = set.point else { return }
        if restorePoints[id] != nil {
            try done { plane throws(AzureFault) in try plane.deleteRestorePoint(id) }
        }
        set.notes.append(Note("Taken past the guest: \(refusal.message)", rule: refusal.rule))
        try take(&set, request)
    }

    /// Reads what was made of the point.
    private mutating func read(_ set: inout SnapshotSet, of machine: VirtualMachine, isOff: Bool) {
        guard let point = set.point.flatMap({ restorePoints[$0] }), let achieved = point.consistency else { return }
        for role in set.roles {
            set.members[role] = point.disks.first { $0.sourceDisk == machine.disksByRole[role] }?.id
        }
        set.isQuiesced = isOff || achieved != .crash
        let asked = point.request.mode == .application ? "the best the guest allows" : "crash consistency"
        set.notes.append(
            Note("Asked for was \(asked), achieved is \(achieved.rawValue).", rule: "AZ-108"))
        if isOff {
            set.notes.append(Note("The guest was off, and its disks at rest."))
        } else if achieved == .crash, set.roles.contains(where: { hasWriteCache($0, of: machine) }) {
            set.notes.append(
                Note("A host cache holds writes back: the disks have no common instant.", rule: "AZ-116"))
        }
        if set.roles.count < machine.allDisks.count {
            set.notes.append(Note("Disks were left out, and are not in it."))
        }
    }

    private func hasWriteCache(_ role: DiskRole, of machine: VirtualMachine) -> Bool {
        machine.disksByRole[role].map { machine.caching(of: $0) == .readWrite } ?? false
    }
}
