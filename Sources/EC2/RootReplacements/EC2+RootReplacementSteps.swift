import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Takes a root replacement one step on.
    ///
    /// Rule: AWS-139.
    mutating func move(_ id: RootReplacement.ID) {
        guard let task = rootReplacements[id] else { return }
        let failure = planned(task)
        switch task.state {
        case .pending: beginWork(on: task, failure)
        case .inProgress: swapRoots(of: task, failure)
        case .failing, .failingDetached:
            set(id) { $0.settleFailure() }
            if task.state == .failing { boot(task.instance) }
            complete(id)
        case .succeeded, .failed, .failedDetached: break
        }
    }

    /// What is to go wrong: by the lab's plan, or because a key or the source is gone.
    private func planned(_ task: RootReplacement) -> RootReplacementState? {
        if let planned = failingRootReplacements[task.instance] { return planned }
        guard let source = snapshots[task.source], source.state == .completed else { return .failed }
        return source.key.map { account.disabledKeys.contains($0) } ?? false ? .failed : nil
    }

    private mutating func beginWork(on task: RootReplacement, _ failure: RootReplacementState?) {
        if failure == .failed {
            set(task.id) { $0.fail() }
            failingRootReplacements[task.instance] = nil
            cutGuestPower(of: task.instance)  // A task that fails reboots the instance from its old root.
            enter(.rootReplacementMoves(task.id), in: settings.timings.reboot)
        } else {
            set(task.id) { $0.begin() }
            enter(.rootReplacementMoves(task.id), in: settings.timings.rootReplacement)
        }
    }

    /// Takes the old root off and puts the new one on; the guest has no say in it.
    ///
    /// Rule: AWS-136.
    private mutating func swapRoots(of task: RootReplacement, _ failure: RootReplacementState?) {
        guard let instance = instances[task.instance], instance.state == .running,
            let oldRoot = task.oldRoot,
            let old = volumes[oldRoot], let source = snapshots[task.source], failure != .failed
        else {
            set(task.id) { $0.fail() }
            return enter(.rootReplacementMoves(task.id), in: settings.timings.reboot)
        }
        cutGuestPower(of: task.instance)
        let flag = old.attachment?.deleteOnTermination ?? true
        separate(oldRoot)
        guard failure == nil else {
            set(task.id) { $0.failDetached() }
            failingRootReplacements[task.instance] = nil
            return enter(.rootReplacementMoves(task.id), in: settings.timings.attachment)
        }
        var new = emptyVolume(task.shape, in: instance.zone, key: source.key)
        fill(&new, from: source)
        put(new, tags: [])
        let attachment = connect(
            new, to: task.instance, device: instance.rootDevice, deleteOnTermination: flag)
        finishAttachment(of: new.id, attachment.number)
        if let image = task.image { instances[task.instance]?.image = image }  // Rule: AWS-137
        if task.deletesReplacedRoot, let old = volumes[oldRoot] { remove(old) }  // Rule: AWS-138
        instances[task.instance]?.epoch += 1
        instances[task.instance]?.isRebooting = true
        if let epoch = instances[task.instance]?.epoch {
            enter(.booted(task.instance, epoch: epoch), in: settings.timings.reboot)
        }
        set(task.id) { $0.succeed() }
        complete(task.id)
    }

    private mutating func complete(_ id: RootReplacement.ID) {
        let time = now
        rootReplacements[id]?.complete = time
    }

    private mutating func set(_ id: RootReplacement.ID, _ event: (inout RootReplacementState) -> Bool) {
        guard var task = rootReplacements[id] else { return }
        let before = task.state
        guard event(&task.state) else { return }
        rootReplacements[id] = task
        note(id.rawValue, "\(before.rawValue) -> \(task.state.rawValue)")
    }
}
