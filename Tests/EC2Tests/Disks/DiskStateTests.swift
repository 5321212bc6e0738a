import PlaneTesting
import Testing

@testable import EC2

@Suite("The states of a volume, its attachment and its modification")
struct DiskStateTests {
    @Test("a volume: every event in every state")
    func volume() {
        let table = StateTable<VolumeState>(
            events: [
                ("created", { _ = $0.created() }), ("failed", { _ = $0.failed() }), ("attach", { try $0.attach() }),
                ("detached", { _ = $0.detached() }), ("delete", { try $0.delete() }), ("removed", { _ = $0.removed() }),
            ],
            rows: [
                .creating: [.available, .error, nil, .creating, .deleting, .creating],
                .available: [.available, .available, .inUse, .available, .deleting, .available],
                .inUse: [.inUse, .inUse, nil, .available, nil, .inUse],
                .deleting: [.deleting, .deleting, nil, .deleting, nil, .deleted],
                .deleted: [.deleted, .deleted, nil, .deleted, nil, .deleted],
                .error: [.error, .error, nil, .error, .deleting, .error],
            ]
        )
        #expect(table.findings() == [])
    }

    @Test("an attachment: every event in every state")
    func attachment() {
        let table = StateTable<AttachmentState>(
            events: [
                ("connected", { _ = $0.connected() }), ("detach", { _ = try $0.detach() }),
                ("disconnected", { _ = $0.disconnected(isMounted: false) }),
                ("disconnected while mounted", { _ = $0.disconnected(isMounted: true) }),
                ("released", { _ = $0.released() }),
            ],
            rows: [
                .attaching: [.attached, .detaching, .attaching, .attaching, .attaching],
                .attached: [.attached, .detaching, .attached, .attached, .attached],
                .detaching: [.detaching, .detaching, .detached, .busy, .detached],
                .busy: [.busy, .busy, .busy, .busy, .detached],
                .detached: [.detached, nil, .detached, .detached, .detached],
            ]
        )
        #expect(table.findings() == [])
    }

    @Test("a modification: every event in every state")
    func modification() {
        let table = StateTable<VolumeModification.State>(
            events: [
                ("applied", { _ = $0.applied() }), ("optimized", { _ = $0.optimized() }),
                ("gave up", { _ = $0.gaveUp() }),
            ],
            rows: [
                .modifying: [.optimizing, .modifying, .failed],
                .optimizing: [.optimizing, .completed, .failed],
                .completed: [.completed, .completed, .completed],
                .failed: [.failed, .failed, .failed],
            ]
        )
        #expect(table.findings() == [])
    }
}
