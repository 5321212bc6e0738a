import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Looks what becomes of a layer that no checkpoint refers to any more.
    ///
    /// Nobody stands on it: the file is deleted. One stands on it: that one is merged into it. Several do: it stays until
    /// one is left.
    mutating func settleLayer(_ path: FilePath, of machine: VirtualMachine.ID) {
        guard let file = files[path], file.checkpoint == nil, file.owner == nil else { return }
        switch file.children.count {
        case 0:
            guard file.type == .differencing else { return }
            erase(path)
            if let parent = file.parent { settleLayer(parent, of: machine) }
        case 1: queueMerge(of: file.children[0], into: path, machine)
        default: return
        }
    }

    private mutating func queueMerge(of child: FilePath, into parent: FilePath, _ machine: VirtualMachine.ID) {
        guard !merges.contains(where: { $0.child == child && $0.parent == parent }) else { return }
        merges.append(Merge(id: world.names.number("merge"), machine: machine, child: child, parent: parent))
        note(machine.rawValue, "merge of \(child.name) into \(parent.name) is queued")
    }

    /// The merges of a machine's layers that are not done.
    package func pendingMerges(of id: VirtualMachine.ID) -> [Merge] {
        merges.filter { $0.machine == id }
    }

    func place(of id: Merge.ID) -> Int? { merges.firstIndex { $0.id == id } }

    /// Whether a merge moves blocks of a machine's disks at this moment.
    package func isMerging(_ id: VirtualMachine.ID) -> Bool {
        merges.contains { $0.machine == id && $0.state == .running }
    }

    /// Lets merges begin that can: one for each machine.
    mutating func pumpMerges() {
        guard !merges.isEmpty else { return }
        let merges = mergesInOrder
        var busy = merges.filter { $0.state == .running }.map(\.machine)
        for merge in merges where !busy.contains(merge.machine) {
            if tryMerge(merge) { busy.append(merge.machine) }
        }
    }

    /// Of several layers, the newest pair comes first.
    ///
    /// Rule: HV-100.
    private var mergesInOrder: [Merge] {
        guard merges.count > 1 else { return merges }
        let newestFirst = settings.inferred.mergesNewestFirst
        return merges.map { (merge: $0, depth: newestFirst ? chain(from: $0.child).count : 0) }
            .sorted { ($1.depth, $0.merge.id) < ($0.depth, $1.merge.id) }.map(\.merge)
    }

    /// Lets a merge begin if nothing stands in its way.
    private mutating func tryMerge(_ merge: Merge) -> Bool {
        guard merge.state != .failed, canMerge(merge) else { return false }
        let size = files[merge.child]?.fileSize ?? .zero
        let isMetadata = settings.resilientVolumes.contains { merge.parent.isOn(volume: $0) }
        // Rule: HV-098.
        if !isMetadata, volumes[of: merge.parent]?.free ?? .zero < size {
            guard merge.state != .starved else { return false }
            take(.starve, merge.id)
            note(merge.machine.rawValue, "merge of \(merge.child.name) waits for room (0x80070070)")
            return false
        }
        var delay = Duration.zero
        switch faults.strike("MergeDisks") {
        case .refuse:
            take(.fail, merge.id)
            enter(.mergeRetried(merge.id), in: settings.timings.mergeRetry)
            note(merge.machine.rawValue, "merge of \(merge.child.name) failed")
            return false
        case .delay(let time): delay = time
        // Nobody called it, so nobody is told to come later or waits for an answer.
        case .throttle, .loseReply, nil: break
        }
        let isLive = machines[merge.machine]?.state == .running
        let rate = settings.timings.mergeRate
        let speed = isLive ? ByteCount(rate.bytes / 2) : rate
        // Rule: HV-099.
        let work = isMetadata ? settings.timings.metadataMerge : size.time(at: speed)
        let span = Merge.Span(began: now, ends: now + delay + work)
        take(.run, merge.id) { merge in
            merge.isLive = isLive
            merge.span = span
            merge.attempts += 1
        }
        enter(.mergeEnds(merge.id, attempt: merge.attempts + 1), in: delay + work)
        return true
    }

    /// Whether machine and files let a merge run.
    ///
    /// Rules: HV-095 and HV-103.
    private func canMerge(_ merge: Merge) -> Bool {
        let isHeld = [merge.child, merge.parent].contains { files[$0]?.holder != nil }
        guard !isHeld, volumes[of: merge.parent]?.isAvailable == true else { return false }
        guard let machine = machines[merge.machine] else { return true }
        let recovery = machine.tree.inOrder.contains { checkpoints[$0]?.type == .recovery }
        guard !recovery, machine.job == nil else { return false }
        switch machine.state {
        case .off, .saved: return true
        case .running, .paused: return settings.profile.mergesLive
        default: return false
        }
    }

    /// Has a merge take an event, and changes it with that.
    mutating func take(_ event: MergeState.Event, _ id: Merge.ID, _ change: (inout Merge) -> Void = { _ in }) {
        guard let place = place(of: id) else { return }
        // The callers look at the state first.
        try? merges[place].state.take(event)
        change(&merges[place])
    }

    /// A start or a crash stops a merge; it begins again from nothing.
    ///
    /// Rule: HV-097.
    mutating func interruptMerges(of id: VirtualMachine.ID) {
        for merge in pendingMerges(of: id) where merge.state == .running && !merge.isLive {
            take(.interrupt, merge.id) { $0.span = nil }
            note(id.rawValue, "merge of \(merge.child.name) is interrupted")
        }
    }

    /// Merges that failed are tried again when the machine is off.
    mutating func requeueMerges(of id: VirtualMachine.ID) {
        for merge in pendingMerges(of: id) where merge.state == .failed { take(.requeue, merge.id) }
    }

    /// A merge that failed is tried again.
    mutating func retryMerge(_ id: Merge.ID) {
        guard let place = place(of: id), merges[place].state == .failed else { return }
        take(.requeue, id)
        pumpMerges()
    }

    /// A merge has moved all its blocks: the layer below takes the place of the one above.
    mutating func finishMerge(_ id: Merge.ID, attempt: Int) {
        guard let place = place(of: id), merges[place].state == .running, merges[place].attempts == attempt else {
            return
        }
        take(.complete, id)
        let merge = merges.remove(at: place)
        fold(merge.child, into: merge.parent)
        note(merge.machine.rawValue, "merged \(merge.child.name) into \(merge.parent.name)")
        settleLayer(merge.parent, of: merge.machine)
        pumpMerges()
    }

    /// Gives a layer the contents, the children and the place of the one that stands on it.
    private mutating func fold(_ child: FilePath, into parent: FilePath) {
        guard let upper = files[child] else { return }
        let (identifier, stamp) = (files[parent]?.identifier, files[parent]?.stamp ?? 0)
        for path in upper.children {
            files[path]?.change { file in
                file.parent = parent
                file.parentIdentifier = identifier
                file.parentStamp = stamp
            }
        }
        files[parent]?.change { lower in
            lower.children = upper.children
            lower.content = upper.content
            lower.checkpoint = upper.checkpoint
            lower.owner = upper.owner
        }
        if let owner = upper.owner { machines[owner]?.wrappedValue.config.repoint(from: child, to: parent) }
        if let holder = upper.checkpoint { checkpoints[holder]?.wrappedValue.config.repoint(from: child, to: parent) }
        // A merge into the layer that goes is one into the layer that takes its place.
        for place in merges.indices where merges[place].parent == child { merges[place].parent = parent }
        erase(child)
        measure(parent)
        for path in upper.children { measure(path) }
    }

    /// What Get-VM shows under Status.
    ///
    /// Rule: HV-096.
    package func status(of id: VirtualMachine.ID) throws(HyperVFault) -> String {
        let machine = try machine(id)
        if let job = machine.job.flatMap({ jobs[$0] }), let status = job.operation.operationalStatus {
            return "\(status) (\(job.wrappedValue.percentComplete(at: now))%)"
        }
        if let merge = pendingMerges(of: id).first(where: { $0.state == .running }) {
            return "Merging disks (\(merge.percentComplete(at: now))%)"
        }
        return machine.state.isCritical ? "Critical" : "Operating normally"
    }
}

extension Configuration {
    /// Follows a virtual disk to another file.
    mutating func repoint(from old: FilePath, to new: FilePath) {
        for index in drives.indices where drives[index].path == old { drives[index].source = .file(new) }
    }
}
