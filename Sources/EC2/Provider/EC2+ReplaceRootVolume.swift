import HashTreeCollections
import Hypervisor
import LabCore

extension EC2 {
    /// The root of the running instance is replaced by one of its own snapshots; every address stays.
    ///
    /// Rule: AWS-136. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-root.html
    mutating func replaceRootVolume(_ plan: RestorePlan) throws(Refusal) -> RevertReport {
        var request = CreateReplaceRootVolumeTask(instance: plan.machine)
        request.snapshot = plan.sources[0].material.id
        request.deletesReplacedRoot = !settings.provider.keepsReplaced
        request.clientToken = makeToken()
        let final = request
        let task = try patiently { ec2 throws(EC2Fault) in try ec2.createReplaceRootVolumeTask(final) }
        _ = poll { $0.rootReplacements[task.id]?.state.isSettled ?? true }
        guard let outcome = rootReplacements[task.id] else { throw .lab("the task '\(task.id)' is gone") }
        switch outcome.state {
        case .succeeded: break
        case .failedDetached: return try repair(plan, after: outcome)
        default:
            waitUntilReady(plan.machine)
            throw Refusal(
                .failed, code: outcome.state.rawValue,
                message: "The replacement task '\(task.id)' failed; the old root is still attached.", rule: "AWS-139")
        }
        try waitUntilSettled(plan.machine)
        waitUntilReady(plan.machine)
        let note = Note(
            "The guest was rebooted from a new root; its addresses and other disks stayed.", rule: "AWS-136")
        return RevertReport(
            machine: MachineID(rawValue: plan.machine.rawValue), method: RevertMethod.replaceRootVolume.rawValue,
            leftRunning: true, notes: plan.notes + [note])
    }

    /// The instance has no root any more: it is stopped, and gets one the other way.
    private mutating func repair(_ plan: RestorePlan, after task: RootReplacement) throws(Refusal) -> RevertReport {
        var plan = plan
        plan.notes.append(
            Note("The task '\(task.id)' left the instance without a root, so volumes were swapped.", rule: "AWS-139"))
        var report = try swapVolumes(plan)
        if let old = task.oldRoot, !settings.provider.keepsReplaced { report.notes += discard([old]) }
        return report
    }
}
