import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// All disks at one instant, by instant snapshots of a consistency group.
    ///
    /// Rule: GCE-131.
    ///
    /// They stay as they are, or standard snapshots are made of them, which do not go with the disks. Rule: GCE-086.
    mutating func takeGroup(
        _ set: inout SnapshotSet, _ request: SnapshotRequest, of instance: Instance
    ) throws(Refusal) {
        let isRunning = instances[instance.id]?.machine?.power == .on
        if request.quiesce == .required, isRunning {
            throw Refusal(
                .unsupported, code: "UNSUPPORTED_OPERATION",
                message: "Instant snapshots of a consistency group know no flush.", rule: "GCE-074")
        }
        if request.quiesce == .preferred, isRunning {
            set.notes.append(Note("Taken without a flush: instant snapshots know none.", rule: "GCE-074"))
        }
        set.isQuiesced = instance.state == .terminated
        let members = set.roles.compactMap { role in
            instance.disks.first { $0.role == role }.flatMap { disks[$0.disk] }.map { (role, $0) }
        }
        let policy = "\(set.id)-group"
        do throws(Refusal) {
            try join(members.map(\.1), policy)
            try cutTogether(&set, members, policy)
        } catch {
            disband(members.map(\.1), policy)
            throw error
        }
        if !settings.provider.keepsConsistencyGroups { disband(members.map(\.1), policy) }
        set.notes.append(Note("All disks share one point in time.", rule: "GCE-131"))
        guard set.method == .consistencyGroup else {
            set.notes.append(Note("The snapshots lie beside their disks and go with them.", rule: "GCE-085"))
            return
        }
        try keep(&set, members)
    }

    private mutating func join(_ disks: [PersistentDisk], _ policy: String) throws(Refusal) {
        try done { plane, id throws(ComputeFault) in
            try plane.insertPolicy(policy, .consistencyGroup, requestID: id)
        }
        let reference = path(.resourcePolicies, .region(settings.region), policy).description
        for disk in disks {
            try done { plane, id throws(ComputeFault) in
                try plane.addResourcePolicies([reference], toDisk: disk.path.name, zone: disk.zone, requestID: id)
            }
        }
    }

    private mutating func cutTogether(
        _ set: inout SnapshotSet, _ members: [(DiskRole, PersistentDisk)], _ policy: String
    ) throws(Refusal) {
        let group = set.id.rawValue
        let zone = set.zone
        let reference = path(.resourcePolicies, .region(settings.region), policy).description
        set.group = group
        try done { plane, id throws(ComputeFault) in
            try plane.insertInstantSnapshotGroup(group, consistencyGroup: reference, zone: zone, requestID: id)
        }
        for (role, disk) in members {
            let found = find(group, \.instantGroups, zone: zone)?.members.compactMap { instantSnapshots[$0] }
            set.members[role] = found?.first { $0.sourceDisk == disk.id }?.path.name
        }
    }

    /// Makes standard snapshots of the instant ones, which are not needed any more then.
    ///
    /// Rule: GCE-086.
    private mutating func keep(
        _ set: inout SnapshotSet, _ members: [(DiskRole, PersistentDisk)]
    ) throws(Refusal) {
        let zone = set.zone
        let instants = set.members
        set.members = [:]
        for (role, _) in members {
            guard let instant = instants[role] else { continue }
            let name = "\(set.id)-\(role.rawValue)"
            let source = path(.instantSnapshots, .zone(zone), instant).description
            var call = InsertSnapshot(name: name, sourceInstantSnapshot: source)
            call.labels = labels(of: set, role)
            set.members[role] = name
            let insert = call
            try done { plane, id throws(ComputeFault) in try plane.insertSnapshot(insert, requestID: id) }
        }
        let group = set.id.rawValue
        try done { plane, id throws(ComputeFault) in
            try plane.deleteInstantSnapshotGroup(group, zone: zone, requestID: id)
        }
        set.group = nil
    }

    /// Takes disks out of a consistency group and deletes it.
    private mutating func disband(_ members: [PersistentDisk], _ policy: String) {
        let path = path(.resourcePolicies, .region(settings.region), policy)
        guard let number = names[path] else { return }
        let id = ResourcePolicy.ID(rawValue: number)
        do throws(Refusal) {
            for disk in members where disks[disk.id]?.policies.contains(id) == true {
                try done { plane, request throws(ComputeFault) in
                    try plane.removeResourcePolicies(
                        [path.description], fromDisk: disk.path.name, zone: disk.zone, requestID: request)
                }
            }
            try done { plane, request throws(ComputeFault) in try plane.deletePolicy(policy, requestID: request) }
        } catch { note(policy, "could not be disbanded: \(error)") }
    }
}
