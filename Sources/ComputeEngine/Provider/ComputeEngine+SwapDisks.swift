import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// One disk that takes the place of another.
struct DiskSwap: Hashable, Sendable {
    var role: DiskRole
    var deviceName: String
    var old: PersistentDisk?
    var new: PersistentDisk
    /// Whether the place is deleted with the instance; detaching forgets that.
    ///
    /// Rule: GCE-107.
    var autoDelete: Bool
}

extension ComputeEngine {
    /// New disks take the place of the old ones while the instance is stopped; then it is started.
    mutating func swapDisks(_ plan: RestorePlan, _ method: RevertMethod) throws(Refusal) -> RevertReport {
        let swaps = try makeDisks(plan)
        let before = instances[plan.machine]?.state
        do throws(Refusal) {
            try stopForRevert(plan.machine)
        } catch {
            discard(swaps.map(\.new.path.name), zone: plan.set.zone)  // Nothing of the instance was touched.
            if before == .running { startAgain(plan.machine) }
            throw error
        }
        var notes = plan.notes
        let starts: Bool
        do throws(Refusal) {
            for swap in swaps { try exchange(swap, on: plan.machine) }
            starts = try startAfterRevert(plan.machine, &notes)
        } catch {
            undo(swaps, on: plan.machine, starting: before == .running)
            throw error.asFailure
        }
        notes.append(Note("Auto-delete was set again on the disks that took the place.", rule: "GCE-107"))
        if case .reserved? = instances[plan.machine]?.properties.accessConfig {
        } else {
            notes.append(Note("The instance was stopped: its external address was given back.", rule: "GCE-119"))
        }
        let replaced = swaps.compactMap(\.old)
        if method == .swapDisksAndDelete {
            delete(replaced, &notes)
        } else if !settings.provider.keepsReplaced {
            retire(replaced, of: plan.machine, &notes)
        }
        return RevertReport(
            machine: MachineID(rawValue: plan.machine.description), method: method.rawValue,
            leftRunning: starts, notes: notes)
    }

    /// Makes the new disks before the instance is stopped, so that it is down for a shorter time.
    mutating func makeDisks(_ plan: RestorePlan) throws(Refusal) -> [DiskSwap] {
        guard let instance = instances[plan.machine] else { throw unknown(plan.machine) }
        var swaps: [DiskSwap] = []
        do throws(Refusal) {
            for source in plan.sources {
                let attached = instance.disks.first { $0.role == source.role || $0.isBoot && source.role == .root }
                let old = attached.flatMap { disks[$0.disk] }
                var request = source.material
                // The old name is taken, and neither type nor labels come with a snapshot.
                request.name = freeName("\(instance.path.name)-\(source.role.rawValue)", zone: instance.zone)
                request.type = old?.type ?? request.type
                request.labels = old?.labels.values ?? [:]
                let insert = request
                let zone = instance.zone
                try done { plane, id throws(ComputeFault) in try plane.insertDisk(insert, zone: zone, requestID: id) }
                // The end of the operation is not enough where the contents are still on their way. Rule: GCE-046
                advance(until: now + .hours(1)) { $0.find(insert.name, \.disks, zone: zone)?.state != .restoring }
                guard let new = find(insert.name, \.disks, zone: zone), new.state == .ready else {
                    throw Refusal(.failed, code: "DiskFailed", message: "The disk '\(insert.name)' is not ready.")
                }
                swaps.append(
                    DiskSwap(
                        role: source.role, deviceName: attached?.deviceName ?? Guest.deviceName(source.role), old: old,
                        new: new, autoDelete: attached?.autoDelete ?? (source.role == .root)))
            }
        } catch {
            discard(swaps.map(\.new.path.name), zone: instance.zone)
            throw error
        }
        return swaps
    }

    /// Stops an instance; one that is suspended has to be resumed first.
    mutating func stopForRevert(_ id: Instance.ID) throws(Refusal) {
        guard let instance = instances[id] else { throw unknown(id) }
        let (name, zone) = (id.description, instance.zone)
        if instance.state == .suspended {
            try done { plane, request throws(ComputeFault) in
                try plane.resumeInstance(name, zone: zone, requestID: request)
            }
        }
        guard instances[id]?.state != .terminated else { return }
        try done { plane, request throws(ComputeFault) in
            try plane.stopInstance(name, zone: zone, discardLocalSSD: true, requestID: request)
        }
    }

    /// Starts an instance and waits for its guest; a zone without room is asked again, and then left at that.
    ///
    /// - Returns: whether it runs. Rule: GCE-123.
    mutating func startAfterRevert(_ id: Instance.ID, _ notes: inout [Note]) throws(Refusal) -> Bool {
        guard let instance = instances[id] else { throw unknown(id) }
        let (name, zone) = (id.description, instance.zone)
        for _ in 0...settings.provider.retries {
            do throws(Refusal) {
                try done { plane, request throws(ComputeFault) in
                    try plane.startInstance(name, zone: zone, requestID: request)
                }
                waitUntilReady(id)
                return true
            } catch {
                guard error.code == OperationError.Code.stockOut.rawValue else { throw error }
                note(instance.path.name, "no room in \(zone), tried again later")
                advance(by: settings.provider.pause)
            }
        }
        notes.append(
            Note(
                "The disks are back, but \(zone) has no room to start the instance: it is left stopped.",
                rule: "GCE-123"))
        return false
    }

    /// Detaches one disk and attaches the other under exactly the same device name, with the old one's flag.
    private mutating func exchange(_ swap: DiskSwap, on id: Instance.ID) throws(Refusal) {
        if let old = swap.old { try takeOff(old.id, id) }
        try putOn(swap.new, id, swap)
        let policies = (swap.old?.policies ?? []).compactMap { self.policies[$0]?.path.description }
        guard !policies.isEmpty else { return }
        try done { plane, request throws(ComputeFault) in
            try plane.addResourcePolicies(
                policies, toDisk: swap.new.path.name, zone: swap.new.zone, requestID: request)
        }
    }

    /// Detaches a disk by the name of its device.
    ///
    /// Rule: GCE-102.
    mutating func takeOff(_ disk: PersistentDisk.ID, _ id: Instance.ID) throws(Refusal) {
        guard let instance = instances[id], let attached = instance.disks.first(where: { $0.disk == disk }) else {
            return
        }
        let (name, zone, device) = (id.description, instance.zone, attached.deviceName)
        try done { plane, request throws(ComputeFault) in
            try plane.detachDisk(deviceName: device, from: name, zone: zone, requestID: request)
        }
    }

    private mutating func putOn(_ disk: PersistentDisk, _ id: Instance.ID, _ swap: DiskSwap) throws(Refusal) {
        let attach = AttachDisk(
            source: disk.path.description, deviceName: swap.deviceName, boot: swap.role == .root,
            autoDelete: swap.autoDelete)
        let (name, zone) = (id.description, disk.zone)
        try done { plane, request throws(ComputeFault) in
            try plane.attachDisk(attach, to: name, zone: zone, requestID: request)
        }
    }

    /// Puts the old disks back after a swap that failed half way, as far as the platform lets it.
    private mutating func undo(_ swaps: [DiskSwap], on id: Instance.ID, starting: Bool) {
        do throws(Refusal) {
            try waitUntilSettled(id)
            try stopForRevert(id)
            for swap in swaps {
                try takeOff(swap.new.id, id)
                guard let old = swap.old, disks[old.id]?.users.isEmpty == true else { continue }
                try putOn(old, id, swap)
            }
        } catch { note(id.description, "the old disks could not all be put back: \(error)") }
        discard(swaps.map(\.new.path.name), zone: swaps.first?.new.zone ?? "")
        if starting { startAgain(id) }
    }

    mutating func startAgain(_ id: Instance.ID) {
        var notes: [Note] = []
        do throws(Refusal) {
            _ = try startAfterRevert(id, &notes)
        } catch { note(id.description, "could not be started again: \(error)") }
    }

    /// Deletes replaced disks, and tells of the instant snapshots that go with them.
    ///
    /// Rule: GCE-085.
    private mutating func delete(_ replaced: [PersistentDisk], _ notes: inout [Note]) {
        for disk in replaced {
            let instants = (disks[disk.id]?.instantSnapshots ?? []).compactMap { instantSnapshots[$0]?.path.name }
            notes += discard([disk.path.name], zone: disk.zone)
            guard disks[disk.id] == nil else { continue }
            notes += instants.sorted().map { name in
                Note("The instant snapshot \(name) went with the disk \(disk.path.name).", rule: "GCE-085")
            }
        }
    }

    /// Deletes replaced disks, but for those whose instant snapshots are still wanted.
    ///
    /// Rule: GCE-085.
    mutating func retire(_ replaced: [PersistentDisk], of machine: Instance.ID, _ notes: inout [Note]) {
        for disk in replaced {
            let instants = disks[disk.id]?.instantSnapshots ?? []
            guard let first = instants.first, let name = instantSnapshots[first]?.path.name else {
                notes += discard([disk.path.name], zone: disk.zone)
                continue
            }
            notes.append(
                Note("The disk \(disk.path.name) is kept: its instant snapshots would go with it.", rule: "GCE-085"))
            let sets = catalogue.entries(of: machine).filter { $0.method.isInstant && $0.members.values.contains(name) }
            for var set in sets {
                set.keptDisks.append(disk.path.name)
                catalogue.enter(set)
            }
        }
    }

    /// Deletes disks that nobody has attached.
    ///
    /// - Returns: what is to be told of those that are still there.
    @discardableResult
    mutating func discard(_ names: [String], zone: String) -> [Note] {
        var stuck: [Note] = []
        for name in names {
            guard let disk = find(name, \.disks, zone: zone), disk.users.isEmpty else { continue }
            do throws(Refusal) {
                try done { plane, id throws(ComputeFault) in try plane.deleteDisk(name, zone: zone, requestID: id) }
            } catch {
                note(name, "could not be deleted: \(error)")
                stuck.append(Note("The disk \(name) could not be deleted and is still there: \(error.message)"))
            }
        }
        return stuck
    }
}
