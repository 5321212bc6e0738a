import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import HyperV

@Suite("Jobs")
struct JobTests {
    private static let moves: [JobState.Event: [JobState: JobState]] = [
        .start: [.new: .starting, .suspended: .running],
        .run: [.starting: .running],
        .complete: [.running: .completed],
        .fail: [.starting: .exception, .running: .exception],
        .terminate: [.new: .terminated, .starting: .terminated, .running: .terminated, .suspended: .terminated],
        .kill: [.new: .killed, .starting: .killed, .running: .killed, .suspended: .killed],
        .suspend: [.running: .suspended],
    ]

    @Test("every event of a job, from every state", arguments: JobState.Event.allCases)
    func table(event: JobState.Event) {
        for state in JobState.allCases {
            var found = state
            let isTaken = (try? found.take(event)) != nil
            #expect(isTaken == (Self.moves[event]?[state] != nil), "\(event) in \(state)")
            #expect(found == Self.moves[event]?[state] ?? state, "\(event) in \(state)")
            if state.isOver { #expect(!isTaken, "what is over stays over") }
        }
    }

    @Test("HV-039: a cmdlet as a job answers before the checkpoint is there")
    func asJob() throws {
        var lab = try Lab()
        let job = try lab.host.checkpointVM(lab.id, CheckpointRequest(name: "c"))
        lab.host.advance(by: .milliseconds(700))
        #expect(try lab.host.job(job).state == .running)
        #expect((1..<100).contains(try lab.host.job(job).wrappedValue.percentComplete(at: lab.host.now)))
        #expect(lab.host.checkpoints.isEmpty)
        try lab.host.wait(for: job)
        #expect(lab.host.checkpoints.count == 1)
        #expect(try lab.host.job(job).wrappedValue.percentComplete(at: lab.host.now) == 100)
    }

    @Test("HV-173: a job that has ended can be asked for during five minutes")
    func forgotten() throws {
        var lab = try Lab()
        let job = try lab.host.checkpointVM(lab.id)
        try lab.host.wait(for: job)
        lab.host.advance(by: .seconds(299))
        #expect(try lab.host.job(job).state == .completed)
        lab.host.advance(by: .seconds(2))
        let host = lab.host
        #expect(refusal { _ = try host.job(job) }?.rule == "HV-173")
    }

    @Test("HV-170: WMI answers 4096 and a job, and the job leads to the checkpoint")
    func createSnapshot() throws {
        var lab = try Lab()
        let answer = try lab.host.createSnapshot(lab.id, CheckpointRequest(name: "c"))
        #expect(answer.returnValue == 4096)
        #expect(answer.resultingSnapshot == nil)
        let job = try lab.host.wait(for: answer.job)
        #expect(job.affected == lab.host.checkpoints.keys.first.map { .checkpoint($0) })
    }

    @Test("HV-171: applying through WMI answers 4096 whenever it begins")
    func applySnapshot() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.turnOff()
        let answer = try lab.host.applySnapshot(checkpoint.id)
        #expect(answer.returnValue == 4096)
        try lab.host.wait(for: answer.job)
        #expect(try lab.vm.lastApplied == checkpoint.id)
    }

    @Test("a job says what the machine is busy with")
    func status() throws {
        var lab = try Lab()
        let job = try lab.host.checkpointVM(lab.id)
        #expect(try lab.host.status(of: lab.id).hasPrefix("CreatingSnapshot"))
        #expect(try lab.host.job(job).operation.jobType == 70)
        try lab.host.wait(for: job)
        #expect(try lab.host.status(of: lab.id) == "Operating normally")
    }
}
