import Hypervisor
package import LabCore
import SimulatedMachine

/// Work that lasts: what a cmdlet waits for, and what it answers at once with `-AsJob`.
///
/// Rule: HV-039.
package struct Job: Hashable, Sendable {
    package typealias ID = ResourceID<Job>

    package let id: ID
    /// What is done.
    package let operation: Operation
    /// The machine it is done to.
    package let machine: VirtualMachine.ID
    package let started: Instant
    package internal(set) var state = JobState.new
    /// When its present phase ends.
    package internal(set) var ends: Instant
    /// What is left to do after the present phase.
    var remaining: [Duration] = []
    /// Why it failed.
    package internal(set) var fault: HyperVFault?
    /// What it made, as Msvm_AffectedJobElement tells.
    ///
    /// Rule: HV-170.
    package internal(set) var affected: Element?
    /// What was captured when the work began.
    var capture: Boxed<Capture>?
    /// Why it is going to fail.
    var doom: HyperVFault?

    /// How much is done, in percent.
    package func percentComplete(at now: Instant) -> Int {
        guard !state.isOver else { return state == .completed ? 100 : 0 }
        let whole = (ends - started).nanoseconds
        return whole > 0 ? min(99, Int((now - started).nanoseconds * 100 / whole)) : 0
    }

    /// What a job made.
    package enum Element: Hashable, Sendable {
        case checkpoint(Checkpoint.ID)
        case machine(VirtualMachine.ID)
        case export(FilePath)
    }
}

/// What a job does.
package enum Operation: Hashable, Sendable {
    case start
    case shutDown(forced: Bool)
    case save
    case pause
    case resume
    case createCheckpoint(CheckpointRequest)
    case applyCheckpoint(Checkpoint.ID, wasRunning: Bool)
    case removeCheckpoints([Checkpoint.ID])
    case exportCheckpoint(Checkpoint.ID, FilePath)
    case exportMachine(FilePath, CaptureLiveState)

    /// The number of the kind of job.
    package var jobType: Int {
        switch self {
        case .start: 12
        case .save: 14
        case .shutDown: 16
        case .pause: 26
        case .resume: 27
        case .exportCheckpoint, .exportMachine: 62
        case .createCheckpoint: 70
        case .applyCheckpoint: 71
        case .removeCheckpoints: 72
        }
    }

    /// The secondary status of the machine meanwhile.
    package var operationalStatus: String? {
        switch self {
        case .createCheckpoint: "CreatingSnapshot"
        case .applyCheckpoint: "ApplyingSnapshot"
        case .removeCheckpoints: "DeletingSnapshot"
        case .exportCheckpoint, .exportMachine: "ExportingVirtualMachine"
        case .start, .shutDown, .save, .pause, .resume: nil
        }
    }
}

/// What `Export-VM` keeps of a machine that runs.
package enum CaptureLiveState: Int, Hashable, Sendable, CaseIterable {
    case crashConsistentState = 0
    case savedState = 1
    case dataConsistentState = 2
}

/// One instant of a machine.
struct Capture: Hashable, Sendable {
    let instant: Instant
    /// What was on the disks, one for each drive of the configuration; nothing where it has no virtual disk.
    let disks: [Disk?]
    let memory: Memory?
    let consistency: Consistency
    let configuration: Boxed<Configuration>
}

/// What a cmdlet answers: a job, or a warning that there was nothing to do.
///
/// Rule: HV-131.
package enum CmdletAnswer: Hashable, Sendable {
    case job(Job.ID)
    case warning(String)

    /// The job, where there is one.
    package var job: Job.ID? {
        if case .job(let id) = self { id } else { nil }
    }
}
