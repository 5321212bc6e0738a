import HashTreeCollections
import SimulatedMachine

extension AzureCompute {
    /// Completes the work of an operation whose time is over; what was allowed then may not be allowed now.
    mutating func complete(_ work: Work) throws(AzureFault) {
        switch work {
        case .nothing: break
        case .createMachine(let id): try completeCreation(of: id)
        case .updateMachine(let id, let change): try complete(change, of: id)
        case .start(let id): try completeStart(of: id)
        case .restart(let id): completeRestart(of: id)
        case .powerOff(let id): completePowerOff(of: id)
        case .deallocate(let id): completeDeallocation(of: id)
        case .reapply(let id): completeReapply(of: id)
        case .deleteMachine(let id): completeDeletion(ofMachine: id)
        case .createExtension(let id, let name): completeExtension(name, of: id)
        case .createDisk(let id): completeCreation(ofDisk: id)
        case .updateDisk(let id, let change): try complete(change, ofDisk: id)
        case .deleteDisk(let id): completeDeletion(ofDisk: id)
        case .createSnapshot(let id): completeCreation(ofSnapshot: id)
        case .updateSnapshot(let id): _ = snapshots[id]?.provisioning.succeed()
        case .deleteSnapshot(let id): completeDeletion(ofSnapshot: id)
        case .grant(let id, let grant): completeGrant(grant, to: id)
        case .revoke(let id): completeRevocation(of: id)
        case .createRestorePoint(let id): try completeCreation(ofPoint: id)
        case .deleteRestorePoint(let id): remove(point: id)
        case .deleteCollection(let id): completeDeletion(ofCollection: id)
        case .settleNetwork(let id): settleNetwork(id)
        case .deleteNetwork(let id): removeNetwork(id)
        case .deleteGroup(let name): try completeDeletion(ofGroup: name)
        }
    }

    /// What an operation leaves that came to nothing.
    mutating func fail(_ work: Work) {
        switch work {
        case .nothing, .grant, .revoke, .settleNetwork, .deleteNetwork: break
        case .createMachine(let id): failCreation(of: id)
        case .updateMachine(let id, let change): fail(change, of: id)
        case .start(let id): failStart(of: id)
        case .restart(let id), .reapply(let id), .createExtension(let id, _):
            _ = virtualMachines[id]?.provisioning.fail()
        case .powerOff(let id), .deallocate(let id): failShutdown(of: id)
        case .deleteMachine(let id): failDeletion(ofMachine: id)
        case .createDisk(let id), .updateDisk(let id, _), .deleteDisk(let id): _ = disks[id]?.provisioning.fail()
        case .createSnapshot(let id), .updateSnapshot(let id), .deleteSnapshot(let id):
            _ = snapshots[id]?.provisioning.fail()
            _ = snapshots[id]?.access.fail()
        case .createRestorePoint(let id): _ = restorePoints[id]?.state.fail()
        case .deleteRestorePoint(let id): _ = restorePoints[id]?.state.fail()
        case .deleteCollection(let id): restorePointCollections[id]?.isMarkedForDeletion = false
        case .deleteGroup(let name): rollBack(group: name)
        }
    }
}
