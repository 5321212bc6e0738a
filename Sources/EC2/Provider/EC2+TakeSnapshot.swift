import HashTreeCollections
public import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Takes a snapshot or an image, and waits until it can be used.
    public mutating func takeSnapshot(
        _ request: SnapshotRequest, of machine: MachineID
    ) throws(Refusal) -> Snapshot {
        let id = Instance.ID(rawValue: machine.rawValue)
        let instance = try native { ec2 throws(EC2Fault) in try ec2.instance(id) }
        let method = try method(for: request)
        let present = instance.volumesByRole.keys.sorted()
        let roles = try request.scope.roles(among: present, code: "InvalidParameterValue", rule: "AWS-023")
        let set = Snapshot.ID(rawValue: "set-" + world.names.hexadecimal(digits: 17))
        do throws(Refusal) {
            switch method {
            case .set, .fastRestored: try takeTogether(set, request, method, roles, of: instance)
            case .succession: try takeInSuccession(set, request, roles, of: instance)
            case .image, .imageWithoutReboot: try takeImage(set, request, method, roles, of: instance)
            }
            guard request.waits || method == .fastRestored else { return described(try snapshotSet(set, of: id)) }
            let taken = try finish(set, of: id)
            if method == .fastRestored { try enableFastRestore(of: set, instance) }
            return taken
        } catch {
            withdraw(set, of: id)
            throw error
        }
    }

    /// The snapshots of a machine, oldest first.
    public func snapshots(of machine: MachineID) throws(Refusal) -> [Snapshot] {
        let id = Instance.ID(rawValue: machine.rawValue)
        guard instances[id] != nil else { throw Refusal(EC2Fault.unknown([id])) }
        return snapshotSets(of: id).map { described($0) }
    }

    private func method(for request: SnapshotRequest) throws(Refusal) -> TakingMethod {
        if request.memory { try Self.require(.memorySnapshot, code: "UnsupportedOperation") }
        if let method = try TakingMethod.named(request.method, code: "UnsupportedOperation") { return method }
        if case .disksInSuccession = request.scope { return .succession }
        return .set
    }

    /// The tags by which the members of a set find each other.
    ///
    /// Rule: AWS-026.
    private func labels(
        _ set: Snapshot.ID, _ request: SnapshotRequest, _ method: TakingMethod, _ roles: [DiskRole],
        of instance: Instance, isQuiesced: Bool
    ) -> [ResourceTag] {
        let volumes = instance.volumesByRole
        let disks = roles.compactMap { role in
            volumes[role].map { ResourceTag(SnapshotSet.Key.volume(role), $0.rawValue) }
        }
        return disks + [
            ResourceTag(SnapshotSet.Key.set, set.rawValue),
            ResourceTag(SnapshotSet.Key.name, String(request.name.prefix(256))),
            ResourceTag(SnapshotSet.Key.machine, instance.id.rawValue),
            ResourceTag(SnapshotSet.Key.method, method.rawValue),
            ResourceTag(SnapshotSet.Key.quiesced, isQuiesced ? "yes" : "no"),
        ]
    }

    private mutating func takeTogether(
        _ set: Snapshot.ID, _ request: SnapshotRequest, _ method: TakingMethod, _ roles: [DiskRole],
        of instance: Instance
    ) throws(Refusal) {
        try quiesced(request.quiesce, instance) { ec2, isQuiesced throws(Refusal) in
            var call = CreateSnapshots(instance: instance.id)
            call.excludesBootVolume = !roles.contains(.root)
            call.excludedDataVolumes = instance.dataVolumes.filter { volume in
                !roles.contains { instance.volumesByRole[$0] == volume }
            }
            call.tags = ec2.labels(set, request, method, roles, of: instance, isQuiesced: isQuiesced)
            let final = call
            _ = try ec2.patiently { ec2 throws(EC2Fault) in
                try ec2.createSnapshots(final)
            } ifLost: {
                $0.members(of: set, instance.id)
            }
        }
    }

    /// Enables fast restore of every member in the machine's zone, and waits until each has a credit for one volume.
    ///
    /// Rule: AWS-049.
    private mutating func enableFastRestore(of set: Snapshot.ID, _ instance: Instance) throws(Refusal) {
        let members = (members(of: set, instance.id) ?? []).map(\.id).sorted()
        for member in members {
            try patiently { ec2 throws(EC2Fault) in
                try ec2.enableFastRestore(of: member, in: instance.zone)
            } ifLost: {
                $0.snapshots[member]?.fastRestores[instance.zone].map { _ in }
            }
        }
        let isReady = poll { ec2 in
            members.allSatisfy { member in
                (ec2.snapshots[member]?.fastRestores[instance.zone]?.credits(at: ec2.now) ?? 0) > 0
            }
        }
        guard isReady else {
            throw Refusal(
                .failed, code: "FastRestoreNotReady", message: "Fast restore was enabled, but earned no credit.",
                rule: "AWS-049")
        }
    }

    private mutating func takeInSuccession(
        _ set: Snapshot.ID, _ request: SnapshotRequest, _ roles: [DiskRole], of instance: Instance
    ) throws(Refusal) {
        for (index, role) in roles.enumerated() {
            guard let volume = instance.volumesByRole[role] else { continue }
            if index > 0 { advance(by: settings.provider.gapBetweenSnapshots) }
            try quiesced(request.quiesce, instance) { ec2, isQuiesced throws(Refusal) in
                let tags = ec2.labels(set, request, .succession, roles, of: instance, isQuiesced: isQuiesced)
                _ = try ec2.patiently { ec2 throws(EC2Fault) in
                    try ec2.createSnapshot(of: volume, tags: tags)
                } ifLost: {
                    $0.members(of: set, instance.id)?.first { $0.volume == volume }
                }
            }
        }
    }

    private mutating func takeImage(
        _ set: Snapshot.ID, _ request: SnapshotRequest, _ method: TakingMethod, _ roles: [DiskRole],
        of instance: Instance
    ) throws(Refusal) {
        let reboots = method == .image
        let freezes: SnapshotRequest.Quiesce = reboots ? .off : request.quiesce
        try quiesced(freezes, instance) { ec2, isQuiesced throws(Refusal) in
            var call = CreateImage(instance: instance.id, name: "belay \(set)")
            call.noReboot = !reboots
            call.droppedDevices = instance.devices.keys.filter { device in
                !roles.contains { instance.volumesByRole[$0] == instance.devices[device] }
            }
            let tags = ec2.labels(set, request, method, roles, of: instance, isQuiesced: isQuiesced || reboots)
            (call.imageTags, call.snapshotTags) = (tags, tags)
            let final = call
            _ = try ec2.patiently { ec2 throws(EC2Fault) in
                try ec2.createImage(final)
            } ifLost: { ec2 in
                ec2.snapshotSets(of: instance.id).first { $0.id == set }?.image
            }
        }
    }

    private func members(of set: Snapshot.ID, _ machine: Instance.ID) -> [EBSSnapshot]? {
        snapshotSets(of: machine).first { $0.id == set }.map { Array($0.members.values) }
    }

    /// Brings the guest to rest while something is asked for; thaw may follow as soon as the answer is there.
    private mutating func quiesced(
        _ wish: SnapshotRequest.Quiesce, _ instance: Instance,
        _ body: (inout EC2, _ isQuiesced: Bool) throws(Refusal) -> Void
    ) throws(Refusal) {
        let isOff = instances[instance.id]?.machine.power != .on
        guard wish != .off, !isOff else { return try body(&self, isOff) }
        advanceMachine(instance.id)
        let time = now
        do throws(GuestFault) {
            let freezing = try instances[instance.id]?.machine.freeze(at: time) ?? .zero
            advance(by: freezing)
            note(instance.id.rawValue, "guest: frozen")
        } catch {
            advance(by: error.elapsed)
            note(instance.id.rawValue, "guest: not frozen, \(error)")
            guard wish == .preferred else { throw Refusal(error) }
            return try body(&self, false)
        }
        defer {
            advanceMachine(instance.id)
            let end = now
            instances[instance.id]?.machine.thaw(at: end)
        }
        try body(&self, true)
    }

    /// Waits until every member is complete.
    private mutating func finish(_ set: Snapshot.ID, of machine: Instance.ID) throws(Refusal) -> Snapshot {
        let isDone = poll { ec2 in
            ec2.snapshotSets(of: machine).first { $0.id == set }.map { $0.state != .pending } ?? true
        }
        let found = try snapshotSet(set, of: machine)
        guard isDone, found.state == .ready else {
            let reason = found.members.values.compactMap(\.statusMessage).min()
            throw Refusal(
                .failed, code: "SnapshotFailed", message: reason ?? "The snapshot did not become complete.",
                rule: "AWS-025")
        }
        if found.method == .image { waitUntilReady(machine) }
        return described(found)
    }

    /// Removes what was made of a snapshot that came to nothing.
    private mutating func withdraw(_ set: Snapshot.ID, of machine: Instance.ID) {
        guard let found = snapshotSets(of: machine).first(where: { $0.id == set }) else { return }
        do throws(Refusal) { try remove(found) } catch { note(set.rawValue, "could not be withdrawn: \(error)") }
    }

    /// Deletes what a snapshot is made of, and waits until it is gone.
    public mutating func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) throws(Refusal) {
        try remove(try snapshotSet(snapshot, of: Instance.ID(rawValue: machine.rawValue)))
    }

    /// Deletes the image and every member; there is no verb that deletes them all.
    private mutating func remove(_ set: SnapshotSet) throws(Refusal) {
        if let image = set.image {
            try patiently { ec2 throws(EC2Fault) in
                _ = try ec2.deregisterImage(image.id)
            } ifLost: {
                $0.images[image.id]?.state.isRegistered ?? false ? nil : ()
            }
        }
        for member in set.members.values.sorted(by: { $0.id < $1.id }) {
            try patiently { ec2 throws(EC2Fault) in
                try ec2.deleteSnapshot(member.id)
            } ifLost: {
                $0.snapshots[member.id]?.state.isVisible ?? false ? nil : ()
            }
        }
    }
}

extension Instance {
    /// The volumes that the guest has a use for.
    var volumesByRole: [DiskRole: Volume.ID] {
        Dictionary(roles.compactMap { device, role in devices[device].map { (role, $0) } }) { $1 }
    }

    /// All volumes but the root, by id.
    var dataVolumes: [Volume.ID] { devices.filter { $0.key != rootDevice }.values.sorted() }
}
