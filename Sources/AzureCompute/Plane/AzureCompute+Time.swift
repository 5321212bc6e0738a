import HashTreeCollections
public import Hypervisor
package import LabCore
import SimulatedMachine

extension AzureCompute: Scheduled {
    /// What falls due on the plane's own clock.
    package enum Due: Hashable, Sendable {
        case operationEnds(Operation.ID)
        case snapshotCopied(ResourceID, uniqueID: String)
        case instantAccessEnds(ResourceID, uniqueID: String)
        case accessExpires(ResourceID, grant: String)
        case pointCut(ResourceID, uniqueID: String)
        case pointCopied(ResourceID, uniqueID: String)
        case recordForgotten(Operation.ID)
    }

    /// Does what is due now.
    private mutating func handle(_ due: Due) {
        switch due {
        case .operationEnds(let id): finish(id)
        case .snapshotCopied(let id, let uniqueID): finishCopy(of: id, uniqueID)
        case .instantAccessEnds(let id, let uniqueID): endInstantAccess(of: id, uniqueID)
        case .accessExpires(let id, let grant): expireAccess(to: id, grant)
        case .pointCut(let id, let uniqueID): cutLate(id, uniqueID)
        case .pointCopied(let id, let uniqueID): finishCopy(ofPoint: id, uniqueID)
        case .recordForgotten(let id): operations[id] = nil
        }
    }

    /// Moves virtual time on, and with it everything that falls due.
    public mutating func advance(by duration: Duration) { advance(to: world.now + duration) }

    package mutating func advance(to limit: Instant) {
        while let due = agenda.take(dueBy: limit, in: &world) { handle(due) }
    }

    /// Enters what falls due in `duration` from now.
    mutating func enter(_ due: Due, in duration: Duration) { agenda.enter(due, at: world.now + duration) }
}
