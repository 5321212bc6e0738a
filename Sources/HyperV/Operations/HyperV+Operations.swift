import HashTreeCollections
import Hypervisor
package import LabCore

extension HyperV {
    /// Makes a job and lets it begin.
    ///
    /// - Parameters:
    ///   - operation: what it is going to do.
    ///   - id: the machine.
    ///   - phases: how long each of its phases takes; one at least.
    ///   - capture: what was captured for it.
    ///   - doom: why it is going to fail.
    /// - Returns: the job.
    mutating func begin(
        _ operation: Operation, on id: VirtualMachine.ID, phases: [Duration], capture: Boxed<Capture>? = nil,
        doom: HyperVFault? = nil
    ) -> Job.ID {
        let first = phases.first ?? .zero
        var job = Job(
            id: makeID(Job.self), operation: operation, machine: id, started: now, ends: now + first)
        job.remaining = Array(phases.dropFirst())
        job.capture = capture
        job.doom = doom
        // A new job can start, and one that starts can run.
        try? job.state.take(.start)
        try? job.state.take(.run)
        jobs[job.id] = Boxed(job)
        machines[id]?.job = job.id
        enter(.jobMoves(job.id), in: first)
        return job.id
    }

    /// A job has come to the end of a phase.
    mutating func move(_ id: Job.ID) {
        guard let (machine, next) = dueJob(id) else { return }
        if let next {
            jobs[id]?.change { job in
                job.remaining.removeFirst()
                job.ends = world.now + next
            }
            passPhase(of: id)
            enter(.jobMoves(id), in: next)
            return
        }
        machines[machine]?.job = nil
        do throws(HyperVFault) {
            let made = try bringToEnd(id)
            end(id, .complete, affecting: made)
        } catch {
            end(id, .fail, fault: error.begun)
            note(machine.rawValue, "job \(jobs[id].map { "\($0.operation.jobType)" } ?? "") failed: \(error)")
        }
        pumpMerges()
    }

    /// The machine and the next phase of a job whose present phase is over.
    private func dueJob(_ id: Job.ID) -> (machine: VirtualMachine.ID, next: Duration?)? {
        guard let job = jobs[id], job.state == .running, job.ends <= now else { return nil }
        return (job.machine, job.remaining.first)
    }

    /// Does what stands at the end of a job, or takes back what it had begun.
    private mutating func bringToEnd(_ id: Job.ID) throws(HyperVFault) -> Job.Element? {
        let job = try job(id)
        do throws(HyperVFault) {
            if let doom = job.doom { throw doom }
            return try finish(job)
        } catch {
            abandon(job)
            throw error
        }
    }

    /// Waits until a job has ended, as a cmdlet without `-AsJob` does.
    ///
    /// - Throws: why the job failed.
    @discardableResult
    package mutating func wait(for id: Job.ID) throws(HyperVFault) -> Boxed<Job> {
        while jobs[id]?.state.isOver == false, let next = agenda.next { advance(to: max(next, now)) }
        let job = try job(id)
        if let fault = job.fault { throw fault }
        return job
    }

    /// Stops a job for good; what it had not finished is taken back.
    mutating func terminate(_ id: Job.ID) {
        guard let job = jobs[id], !job.state.isOver else { return }
        machines[job.machine]?.job = nil
        abandon(job)
        end(id, .terminate)
    }

    private mutating func end(
        _ id: Job.ID, _ event: JobState.Event, affecting made: Job.Element? = nil, fault: HyperVFault? = nil
    ) {
        jobs[id]?.change { job in
            // Only jobs that are not over come here, and each of these events ends such a job.
            try? job.state.take(event)
            job.affected = made
            job.fault = fault
            job.capture = nil
        }
        enter(.jobForgotten(id), in: settings.timings.jobRetention)
    }

    /// Does what stands at the end of a job.
    private mutating func finish(_ job: Boxed<Job>) throws(HyperVFault) -> Job.Element? {
        let id = job.machine
        switch job.operation {
        case .start: try finishStart(id)
        case .shutDown: finishShutDown(id)
        case .save: try finishSave(id)
        case .pause: finishPause(id)
        case .resume: finishResume(id)
        case .createCheckpoint(let request): return .checkpoint(try finishCheckpoint(request, of: id, job.capture))
        case .applyCheckpoint(let target, let wasRunning):
            try finishApply(target, to: id, wasRunning: wasRunning)
        case .removeCheckpoints(let targets): finishRemoval(of: targets, from: id)
        case .exportCheckpoint(let target, let folder):
            return .export(try finishExport(of: target, to: folder))
        case .exportMachine(let folder, let live):
            return .export(try finishExport(of: id, to: folder, live, job.capture))
        }
        return nil
    }

    /// One phase of a job is over and another begins.
    private mutating func passPhase(of id: Job.ID) {
        guard let job = jobs[id], case .applyCheckpoint = job.operation else { return }
        restForApply(job.machine)
    }

    /// Takes back what a job that failed had begun.
    private mutating func abandon(_ job: Boxed<Job>) {
        switch job.operation {
        case .createCheckpoint:
            thaw(job.machine)
            if !settings.inferred.forksAllOrNothing { leaveFirstForked(job.machine) }
        case .exportMachine: thaw(job.machine)
        case .applyCheckpoint: leaveOff(job.machine)
        case .start: changeState(of: job.machine) { state in state.abandonStart() }
        case .shutDown: changeState(of: job.machine) { state in state.abandonShutDown() }
        case .save: changeState(of: job.machine) { state in state.abandonSave() }
        case .pause, .resume, .removeCheckpoints, .exportCheckpoint: return
        }
    }
}
