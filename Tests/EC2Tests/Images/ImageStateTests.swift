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
                ("deregister", { try $0.deregister(isRetained: false) }),
                ("deregister under a rule", { try $0.deregister(isRetained: true) }),
                ("restore", { try $0.restore() }), ("expired", { _ = $0.expired() }),
            ],
            rows: [
                .pending: [.available, .failed, nil, nil, .deregistered, .deregistered, nil, .pending],
                .available: [
                    .available, .available, .disabled, .available, .deregistered, .recoverable, nil, .available,
                ],
                .failed: [.failed, .failed, nil, nil, .deregistered, .deregistered, nil, .failed],
                .disabled: [.disabled, .disabled, .disabled, .available, .deregistered, .recoverable, nil, .disabled],
                .recoverable: [.recoverable, .recoverable, nil, nil, nil, nil, .available, .deregistered],
                .deregistered: [.deregistered, .deregistered, nil, nil, nil, nil, nil, .deregistered],
            ]
        )
        #expect(table.findings() == [])
    }
}
