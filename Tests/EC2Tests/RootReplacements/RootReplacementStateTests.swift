import PlaneTesting
import Testing

@testable import EC2

@Suite("The states of a root replacement")
struct RootReplacementStateTests {
    @Test("every event in every state")
    func table() {
        let table = StateTable<RootReplacementState>(
            events: [
                ("begin", { _ = $0.begin() }), ("succeed", { _ = $0.succeed() }), ("fail", { _ = $0.fail() }),
                ("fail detached", { _ = $0.failDetached() }), ("settle", { _ = $0.settleFailure() }),
            ],
            rows: [
                .pending: [.inProgress, .pending, .failing, .pending, .pending],
                .inProgress: [.inProgress, .succeeded, .failing, .failingDetached, .inProgress],
                .succeeded: [.succeeded, .succeeded, .succeeded, .succeeded, .succeeded],
                .failing: [.failing, .failing, .failing, .failing, .failed],
                .failed: [.failed, .failed, .failed, .failed, .failed],
                .failingDetached: [
                    .failingDetached, .failingDetached, .failingDetached, .failingDetached, .failedDetached,
                ],
                .failedDetached: [
                    .failedDetached, .failedDetached, .failedDetached, .failedDetached, .failedDetached,
                ],
            ]
        )
        #expect(table.findings() == [])
    }
}
