import LabCore
import PlaneTesting
import Testing

@testable import ComputeEngine

@Suite("Every state of every resource against every event")
struct StateTableTests {
    @Test(
        "instances",
        arguments: [
            StateEvent<PowerState>(
                "start", [.terminated: .provisioning], agrees: [.provisioning, .staging, .running]
            ) { (state) in
                _ = try state.start()
                return true
            },
            StateEvent("stop", [.running: .stopping], agrees: [.pendingStop, .stopping, .terminated]) { state in
                _ = try state.stop()
                return true
            },
            StateEvent(
                "stop gracefully", [.running: .pendingStop], agrees: [.pendingStop, .stopping, .terminated]
            ) { state in
                _ = try state.stop(isGraceful: true)
                return true
            },
            StateEvent("reset", [:], agrees: [.running]) { state in
                try state.reset()
                return true
            },
            StateEvent("suspend", [.running: .suspending]) { state in
                try state.suspend()
                return true
            },
            StateEvent("resume", [.suspended: .provisioning]) { state in
                try state.resume()
                return true
            },
            StateEvent(
                "delete",
                Dictionary(uniqueKeysWithValues: PowerState.allCases.map { ($0, .stopping) })
            ) { state in
                state.delete()
                return true
            },
            StateEvent("staged", [.provisioning: .staging]) { $0.staged() },
            StateEvent("launched", [.staging: .running]) { $0.launched() },
            StateEvent("no host for a start", [.provisioning: .terminated]) { $0.stockedOut(backTo: .terminated) },
            StateEvent("no host for a resume", [.provisioning: .suspended]) { $0.stockedOut(backTo: .suspended) },
            StateEvent("ceased", [.pendingStop: .stopping]) { $0.ceased() },
            StateEvent("went down", [.stopping: .terminated]) { $0.wentDown() },
            StateEvent("was suspended", [.suspending: .suspended]) { $0.wasSuspended() },
            StateEvent("expired", [.suspended: .terminated]) { $0.expired() },
            StateEvent("host failed", [.running: .repairing]) { $0.hostFailed() },
            StateEvent("repaired", [.repairing: .running]) { $0.repaired(restarts: true) },
            StateEvent("not restarted", [.repairing: .terminated]) { $0.repaired(restarts: false) },
        ])
    func instances(event: StateEvent<PowerState>) { #expect(event.findings() == []) }

    @Test(
        "disks",
        arguments: [
            StateEvent<DiskState>("restore", [.creating: .restoring]) { $0.restore() },
            StateEvent("made", [.creating: .ready, .restoring: .ready]) { $0.made() },
            StateEvent("failed", [.creating: .failed, .restoring: .failed]) { $0.failed() },
            StateEvent("use", [:], agrees: [.ready]) { state in
                try state.use()
                return true
            },
            StateEvent("delete", [.ready: .deleting, .failed: .deleting]) { state in
                try state.delete()
                return true
            },
            StateEvent("zone failed", [.ready: .unavailable]) { $0.zoneFailed() },
            StateEvent("zone returned", [.unavailable: .ready]) { $0.zoneReturned() },
        ])
    func disks(event: StateEvent<DiskState>) { #expect(event.findings() == []) }

    @Test(
        "snapshots and machine images",
        arguments: [
            StateEvent<SnapshotState>("cut", [.creating: .uploading]) { $0.cut() },
            StateEvent("uploaded", [.uploading: .ready]) { $0.uploaded() },
            StateEvent("failed", [.creating: .failed, .uploading: .failed]) { $0.failed() },
            StateEvent("use", [:], agrees: [.ready]) { state in
                try state.use()
                return true
            },
            StateEvent("delete, protected", [.ready: .deleting, .failed: .deleting]) { state in
                try state.delete(protectsUnready: true)
                return true
            },
            StateEvent(
                "delete, unprotected",
                [.ready: .deleting, .failed: .deleting, .creating: .deleting, .uploading: .deleting]
            ) { state in
                try state.delete(protectsUnready: false)
                return true
            },
        ])
    func snapshots(event: StateEvent<SnapshotState>) { #expect(event.findings() == []) }

    @Test(
        "instant snapshots",
        arguments: [
            StateEvent<InstantSnapshotState>("made", [.creating: .ready]) { $0.made() },
            StateEvent("failed", [.creating: .failed]) { $0.failed() },
            StateEvent("use", [:], agrees: [.ready]) { state in
                try state.use()
                return true
            },
            StateEvent("delete", [.ready: .deleting, .failed: .deleting]) { state in
                try state.delete()
                return true
            },
            StateEvent("zone failed", [.ready: .unavailable]) { $0.zoneFailed() },
            StateEvent("zone returned", [.unavailable: .ready]) { $0.zoneReturned() },
        ])
    func instantSnapshots(event: StateEvent<InstantSnapshotState>) { #expect(event.findings() == []) }

    @Test(
        "images",
        arguments: [
            StateEvent<ImageState>("made", [.pending: .ready]) { $0.made() },
            StateEvent("failed", [.pending: .failed]) { $0.failed() },
            StateEvent("use", [:], agrees: [.ready]) { state in
                try state.use()
                return true
            },
            StateEvent("delete", [.ready: .deleting, .failed: .deleting]) { state in
                try state.delete()
                return true
            },
        ])
    func images(event: StateEvent<ImageState>) { #expect(event.findings() == []) }

    @Test(
        "resource policies",
        arguments: [
            StateEvent<ResourcePolicyState>("made", [.creating: .ready]) { $0.made() },
            StateEvent("failed", [.creating: .invalid]) { $0.failed() },
            StateEvent("ran out", [.ready: .expired]) { $0.ranOut() },
            StateEvent("use", [:], agrees: [.ready]) { state in
                try state.use()
                return true
            },
            StateEvent("delete", [.ready: .deleting, .expired: .deleting, .invalid: .deleting]) { state in
                try state.delete()
                return true
            },
        ])
    func policies(event: StateEvent<ResourcePolicyState>) { #expect(event.findings() == []) }

    @Test("operations, with and without an error")
    func operations() {
        let (start, later) = (Instant.start, Instant.start + .seconds(1))
        let error = OperationError(.internalError, "no")
        let done = OperationState.done(started: nil, ended: start, nil)
        let rows: [(OperationState, begun: OperationState?, ended: OperationState?)] = [
            (.pending, .running(since: later), .done(started: nil, ended: later, error)),
            (.running(since: start), nil, .done(started: start, ended: later, error)),
            (done, nil, nil),
        ]
        for row in rows {
            var begun = row.0
            #expect(begun.begin(at: later) == (row.begun != nil))
            #expect(begun == row.begun ?? row.0, "a begin that is refused changes nothing")
            var ended = row.0
            #expect(ended.end(error, at: later) == (row.ended != nil))
            #expect(ended == row.ended ?? row.0, "an end that is refused changes nothing")
        }
    }
}
