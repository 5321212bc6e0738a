import LabCore
import PlaneTesting
import Testing

@testable import EC2

@Suite("The states of a snapshot, its tier, its lock and its fast restore")
struct SnapshotStateTests {
    @Test("a snapshot: every event in every state")
    func snapshot() {
        let table = StateTable<SnapshotState>(
            events: [
                ("copied", { _ = $0.copied() }), ("failed", { _ = $0.failed() }),
                ("delete", { try $0.delete(isRetained: false) }),
                ("delete under a rule", { try $0.delete(isRetained: true) }), ("restore", { try $0.restore() }),
                ("recovered", { _ = $0.recovered() }), ("expired", { _ = $0.expired() }),
            ],
            rows: [
                .pending: [.completed, .error, .deleted, .deleted, nil, .pending, .pending],
                .completed: [.completed, .completed, .deleted, .recoverable, nil, .completed, .completed],
                .error: [.error, .error, .deleted, .deleted, nil, .error, .error],
                .recoverable: [.recoverable, .recoverable, nil, nil, .recovering, .recoverable, .deleted],
                .recovering: [.recovering, .recovering, nil, nil, nil, .completed, .recovering],
                .deleted: [.deleted, .deleted, nil, nil, nil, .deleted, .deleted],
            ]
        )
        #expect(table.findings() == [])
    }

    @Test("a tier: every event in every state")
    func tier() {
        let table = StateTable<SnapshotTier.State>(
            events: [
                ("archive", { try $0.archive() }), ("restore", { try $0.restore(permanently: false) }),
                ("restore for good", { try $0.restore(permanently: true) }), ("moved", { _ = $0.moved() }),
            ],
            rows: [
                .standard: [.archivalInProgress, nil, nil, .standard],
                .archivalInProgress: [nil, nil, nil, .archive],
                .archive: [nil, .temporaryRestoreInProgress, .permanentRestoreInProgress, .archive],
                .temporaryRestoreInProgress: [nil, nil, nil, .temporaryRestoreCompleted],
                .temporaryRestoreCompleted: [nil, nil, .permanentRestoreInProgress, .archive],
                .permanentRestoreInProgress: [nil, nil, nil, .standard],
            ]
        )
        #expect(table.findings() == [])
    }

    @Test(
        "a lock: its state follows from its mode and the time",
        arguments: [
            (SnapshotLock.Mode.governance, 0, SnapshotLock.State.governance), (.governance, 48, .expired),
            (.compliance, 0, .complianceCooloff), (.compliance, 1, .compliance), (.compliance, 24, .expired),
        ])
    func lock(mode: SnapshotLock.Mode, hours: Int, expected: SnapshotLock.State) {
        let lock = SnapshotLock(
            mode: mode, duration: .hours(24), created: .start, started: .start, coolOffEnd: .start + .hours(1))
        #expect(lock.state(at: .start + .hours(hours)) == expected)
    }
}
