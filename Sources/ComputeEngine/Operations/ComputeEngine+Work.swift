/// How an operation goes on after its turn has come.
enum Course: Hashable, Sendable {
    /// It is over after this time.
    case lasts(Duration)
    /// It comes to nothing, which is known after this time.
    ///
    /// Rule: GCE-014.
    case fails(OperationError, after: Duration)
    /// Something else ends it.
    case isEndedElsewhere
    /// It lasts as long as was known when it was accepted.
    case asAccepted
}

extension ComputeEngine {
    /// Begins the work of an operation whose turn has come; what was allowed then may not be allowed now.
    mutating func begin(_ work: Work, of operation: Operation.Name) -> Course {
        do throws(ComputeFault) {
            switch work {
            case .start(let id): return try beginStart(of: id)
            case .stop(let id): return try beginStop(of: id, operation)
            case .reset(let id): return try beginReset(of: id)
            case .suspend(let id): return try beginSuspension(of: id)
            case .resume(let id): return try beginResumption(of: id)
            case .deleteInstance(let id): return beginDeletion(of: id)
            case .attachDisk(let id, let request): return try beginAttachment(of: request, to: id)
            case .detachDisk(let id, let deviceName): return try beginDetachment(of: deviceName, from: id)
            case .change(let id, let change): return try begin(change, of: id)
            case .insertInstance, .nothing, .fails, .insertDisk, .deleteDisk, .resizeDisk, .moveDisk,
                .deleteSnapshot, .insertImage,
                .deleteImage, .deleteMachineImage, .deleteInstantSnapshot, .deleteInstantSnapshotGroup, .insertPolicy,
                .deletePolicy:
                return .asAccepted
            }
        } catch {
            return .fails(OperationError(late: error), after: settings.timings.lateFailure)
        }
    }

    /// Completes the work of an operation whose time is over, and says what went differently.
    mutating func complete(_ work: Work) -> [Operation.Warning] {
        switch work {
        case .insertInstance(let id): completeInsert(of: id)
        case .start(let id): completeStart(of: id)
        case .stop(let id): completeStop(of: id)
        case .reset(let id): completeReset(of: id)
        case .suspend(let id): completeSuspension(of: id)
        case .resume(let id): completeResumption(of: id)
        case .deleteInstance(let id): return completeDeletion(of: id)
        case .attachDisk(let id, let request): completeAttachment(of: request, to: id)
        case .detachDisk(let id, let deviceName): completeDetachment(of: deviceName, from: id)
        case .change(let id, let change): complete(change, of: id)
        case .insertDisk(let id): completeInsert(of: id)
        case .deleteDisk(let id): remove(id)
        case .resizeDisk(let id, let sizeGB): completeResize(of: id, sizeGB)
        case .moveDisk(let id, let path): completeMove(of: id, to: path)
        case .deleteSnapshot(let id): remove(id)
        case .insertImage(let id): completeInsert(of: id)
        case .deleteImage(let id): remove(id)
        case .deleteMachineImage(let id): remove(id)
        case .deleteInstantSnapshot(let id): remove(id)
        case .deleteInstantSnapshotGroup(let id): remove(id)
        case .insertPolicy(let id): completeInsert(of: id)
        case .deletePolicy(let id): remove(id)
        case .nothing, .fails: break
        }
        return []
    }

    /// Takes back what the work of an operation has begun when it comes to nothing.
    mutating func undo(_ work: Work) {
        switch work {
        case .start(let id): undoStart(of: id, backTo: .terminated)
        case .resume(let id): undoStart(of: id, backTo: .suspended)
        default: break
        }
    }
}
