import LabCore
import Testing

@testable import VSphere

@Suite("States of a task")
struct OperationStateTests {
    enum Event: String, CaseIterable { case begin, report, succeed, fail }
    struct Row {
        let from: TaskState
        let event: Event
        let to: TaskState?
    }

    static let then = Instant.start
    static let now = Instant.start + .seconds(5)
    static let fault = MethodFault(.notFound)
    static let running = TaskState.running(since: then, progress: 20)
    static let success = TaskState.success(nil, started: then, completed: then)
    static let error = TaskState.error(fault, started: nil, completed: then)

    static let table: [Row] = [
        Row(from: .queued, event: .begin, to: .running(since: now, progress: 0)),
        Row(from: .queued, event: .report, to: nil),
        Row(from: .queued, event: .succeed, to: nil),
        Row(from: .queued, event: .fail, to: .error(fault, started: nil, completed: now)),
        Row(from: running, event: .begin, to: nil),
        Row(from: running, event: .report, to: .running(since: then, progress: 60)),
        Row(from: running, event: .succeed, to: .success(nil, started: then, completed: now)),
        Row(from: running, event: .fail, to: .error(fault, started: then, completed: now)),
        Row(from: success, event: .begin, to: nil),
        Row(from: success, event: .report, to: nil),
        Row(from: success, event: .succeed, to: nil),
        Row(from: success, event: .fail, to: nil),
        Row(from: error, event: .begin, to: nil),
        Row(from: error, event: .report, to: nil),
        Row(from: error, event: .succeed, to: nil),
        Row(from: error, event: .fail, to: nil),
    ]

    @Test("each event in each state; a terminal state never changes", arguments: table)
    func event(row: Row) {
        var state = row.from
        do throws(MethodFault) {
            switch row.event {
            case .begin: try state.begin(at: Self.now)
            case .report: try state.report(progress: 60)
            case .succeed: try state.succeed(with: nil, at: Self.now)
            case .fail: try state.fail(with: Self.fault, at: Self.now)
            }
            #expect(state == row.to)
        } catch {
            #expect(row.to == nil, "\(error)")
            #expect(state == row.from)
        }
    }

    @Test("progress never goes back and never beyond the end")
    func progress() throws {
        var state = Self.running
        try state.report(progress: 10)
        #expect(state == Self.running)
        try state.report(progress: 140)
        #expect(state == .running(since: Self.then, progress: 100))
    }
}
