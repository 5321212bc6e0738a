import Hypervisor
import LabCore
import PlaneTesting
import Testing

@testable import AzureCompute

@Suite("Every state of every resource against every event")
struct StateTableTests {
    @Test(
        "machines",
        arguments: [
            StateEvent<PowerState>(
                "start", [.stopped: .starting, .deallocated: .starting], agrees: [.starting, .running]
            ) { state in
                _ = try state.start()
                return true
            },
            StateEvent(
                "power off", [.starting: .stopping, .running: .stopping], agrees: [.stopping, .stopped]
            ) { state in
                _ = try state.powerOff()
                return true
            },
            StateEvent(
                "deallocate",
                [
                    .starting: .deallocating, .running: .deallocating, .stopping: .deallocating,
                    .stopped: .deallocating,
                ], agrees: [.deallocating, .deallocated]
            ) { state in
                _ = state.deallocate()
                return true
            },
            StateEvent("restart", [:], agrees: [.running]) { state in
                try state.restart()
                return true
            },
            StateEvent("started", [.starting: .running]) { $0.started() },
            StateEvent("no host for a start", [.starting: .deallocated]) { $0.startFailed(backTo: .deallocated) },
            StateEvent("a start on a host failed", [.starting: .stopped]) { $0.startFailed(backTo: .stopped) },
            StateEvent("went down", [.stopping: .stopped]) { $0.wentDown() },
            StateEvent("shut down from inside", [.running: .stopped]) { $0.shutDownFromInside() },
            StateEvent("released", [.deallocating: .deallocated]) { $0.released() },
        ])
    func machines(event: StateEvent<PowerState>) { #expect(event.findings() == []) }

    @Test(
        "provisioning",
        arguments: [
            StateEvent<ProvisioningState>("update", [.succeeded: .updating, .failed: .updating]) { state in
                try state.update()
                return true
            },
            StateEvent(
                "delete", [.creating: .deleting, .updating: .deleting, .succeeded: .deleting, .failed: .deleting]
            ) { state in
                try state.delete()
                return true
            },
            StateEvent("succeed", [.creating: .succeeded, .updating: .succeeded]) { $0.succeed() },
            StateEvent("fail", [.creating: .failed, .updating: .failed, .deleting: .failed]) { $0.fail() },
        ])
    func provisioning(event: StateEvent<ProvisioningState>) { #expect(event.findings() == []) }

    @Test(
        "disks",
        arguments: [
            StateEvent<DiskState>("attach to a running machine", [.unattached: .attached]) { state in
                try state.attach(isAllocated: true)
                return true
            },
            StateEvent("attach to a deallocated machine", [.unattached: .reserved]) { state in
                try state.attach(isAllocated: false)
                return true
            },
            StateEvent(
                "detach", [.attached: .unattached, .reserved: .unattached, .frozen: .unattached]
            ) { state in
                try state.detach()
                return true
            },
            StateEvent("deallocate", [.attached: .reserved]) { $0.deallocate() },
            StateEvent("hibernate", [.attached: .frozen]) { $0.hibernate() },
            StateEvent("allocate", [.reserved: .attached, .frozen: .attached]) { try $0.allocate() },
            StateEvent(
                "grant reading", [.unattached: .activeSAS, .reserved: .activeSAS, .frozen: .activeSASFrozen],
                agrees: [.activeSAS, .activeSASFrozen]
            ) { state in
                try state.grantRead()
                return true
            },
            StateEvent("grant writing", [.readyToUpload: .activeUpload], agrees: [.activeUpload]) { state in
                try state.grantWrite()
                return true
            },
            StateEvent(
                "end access of a free disk",
                [.activeSAS: .unattached, .activeSASFrozen: .frozen, .activeUpload: .unattached]
            ) { $0.endAccess(isOwned: false) },
            StateEvent(
                "end access of a machine's disk",
                [.activeSAS: .reserved, .activeSASFrozen: .frozen, .activeUpload: .unattached]
            ) { $0.endAccess(isOwned: true) },
        ])
    func disks(event: StateEvent<DiskState>) { #expect(event.findings() == []) }

    @Test(
        "snapshots",
        arguments: [
            StateEvent<SnapshotState>(
                "copied", [.pending: .available, .instantAccess: .availableWithInstantAccess]
            ) { $0.copied() },
            StateEvent(
                "instant access ends", [.instantAccess: .pending, .availableWithInstantAccess: .available]
            ) { $0.endInstantAccess() },
            StateEvent(
                "fail",
                [
                    .pending: .unavailable, .available: .unavailable, .instantAccess: .unavailable,
                    .availableWithInstantAccess: .unavailable,
                ]
            ) { $0.fail() },
        ])
    func snapshots(event: StateEvent<SnapshotState>) { #expect(event.findings() == []) }

    @Test("what a snapshot can be used for follows from its state alone")
    func uses() {
        let usable = SnapshotState.allCases.filter(\.isUsable)
        #expect(usable == [.available, .instantAccess, .availableWithInstantAccess])
        #expect(SnapshotState.allCases.filter(\.isExportable) == [.available, .availableWithInstantAccess])
    }

    @Test(
        "restore points",
        arguments: [
            StateEvent<RestorePointState>("succeed", [.creating: .succeeded]) { $0.succeed() },
            StateEvent("fail", [.creating: .failed, .deleting: .failed]) { $0.fail() },
            StateEvent("delete", [.succeeded: .deleting, .failed: .deleting]) { state in
                try state.delete()
                return true
            },
        ])
    func restorePoints(event: StateEvent<RestorePointState>) { #expect(event.findings() == []) }

    @Test("operations: what is over stays as it is")
    func operations() {
        let (start, later) = (Instant.start, Instant.start + .seconds(1))
        let fault = AzureFault(.internalExecutionError, "no")
        let over: [OperationState] = [.succeeded(ended: start), .failed(ended: start, fault), .canceled(ended: start)]
        let events: [(ended: OperationState, apply: @Sendable (inout OperationState) -> Bool)] = [
            (.succeeded(ended: later), { $0.succeed(at: later) }),
            (.failed(ended: later, fault), { $0.fail(fault, at: later) }),
            (.canceled(ended: later), { $0.cancel(at: later) }),
        ]
        for event in events {
            var state = OperationState.inProgress
            let isMoved = event.apply(&state)
            #expect(isMoved)
            #expect(state == event.ended)
            for former in over {
                var state = former
                let isMoved = event.apply(&state)
                #expect(!isMoved)
                #expect(state == former)
            }
        }
        #expect(([.inProgress] + over).map(\.word) == ["InProgress", "Succeeded", "Failed", "Canceled"])
    }
}
