import PlaneTesting
import Testing

@testable import EC2

@Suite("The states of an image")
struct ImageStateTests {
    @Test("every event in every state")
    func table() {
        let table = StateTable<ImageState>(
            events: [
                ("completed", { _ = $0.completed() }), ("gave up", { _ = $0.gaveUp() }),
                ("disable", { try $0.disable() }), ("enable", { try $0.enable() }),
                ("deregister", { try $0.deregister() }),
            ],
            rows: [
                .pending: [.available, .failed, nil, nil, .deregistered],
                .available: [.available, .available, .disabled, .available, .deregistered],
                .failed: [.failed, .failed, nil, nil, .deregistered],
                .disabled: [.disabled, .disabled, .disabled, .available, .deregistered],
                .deregistered: [.deregistered, .deregistered, nil, nil, nil],
            ]
        )
        #expect(table.findings() == [])
    }
}
