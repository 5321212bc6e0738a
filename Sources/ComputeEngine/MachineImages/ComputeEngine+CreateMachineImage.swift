import Hypervisor
import HashTreeCollections
import LabCore
import SimulatedMachine

/// What machineImages.insert is asked for.
package struct InsertMachineImage: Hashable, Sendable {
    package var name: String
    /// A reference to the instance.
    package var sourceInstance: String
    package var guestFlush = false
    package var storageLocations: [String] = []
    package var labels: [String: String] = [:]

    package init(name: String, sourceInstance: String) {
        self.name = name
        self.sourceInstance = sourceInstance
    }
}

extension ComputeEngine {
    /// machineImages.insert: the configuration and all disks, of a running instance or not.
    ///
    /// Rule: GCE-088.
    package mutating func insertMachineImage(
        _ request: InsertMachineImage, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.insertMachineImage(request)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let path = try plane.newPath(.machineImages, .global, request.name)
            let field = "resource.sourceInstance"
            let (id, instancePath) = try plane.resolve(request.sourceInstance, field: field, Instance.self)
            guard let instance = plane.instances[id], !instance.isBeingDeleted,
                [.running, .terminated, .suspended].contains(instance.state)
            else { throw .notReady(instancePath) }
            let locations = request.storageLocations
            guard locations.count <= 1, locations.allSatisfy(plane.settings.storageLocations.contains) else {
                throw .badLocations(locations)
            }
            for attached in instance.disks {
                guard let disk = plane.disks[attached.disk], disk.state == .ready else {
                    throw .notReady(plane.disks[attached.disk]?.path ?? path, rule: "GCE-046")
                }
            }
            let wantsFlush = request.guestFlush && !plane.passesFlushOver(instance)
            if let error = plane.countImage(of: instance) ?? (wantsFlush ? plane.flushError(of: instance) : nil) {
                return plane.accept(
                    call, in: .global, on: path, id: 0, .fails(error), lasting: plane.settings.timings.lateFailure)
            }
            return plane.beginImage(request, path, of: instance, guestFlush: wantsFlush, call)
        }
    }

    private mutating func beginImage(
        _ request: InsertMachineImage, _ path: ResourcePath, of instance: Instance, guestFlush: Bool, _ call: Request
    ) -> Operation {
        var image = MachineImage(
            id: .init(rawValue: makeNumber()), path: path, created: now, sourceInstance: instance.id,
            labels: Labels(request.labels), storageLocation: request.storageLocations.first ?? settings.storageLocation,
            properties: instance.properties, disks: [], guestFlush: guestFlush)
        image.isToFail = doomedSnapshots.strike([instance.id])
        names[path] = image.id.rawValue
        let operation = accept(call, in: .global, on: path, id: image.id.rawValue, .nothing)
        image.creation = operation.name
        machineImages[image.id] = image
        enter(
            guestFlush ? .imageFreezes(image.id) : .imageCut(image.id, frozen: false), in: settings.timings.snapshotCut)
        return operation
    }

    /// Counts a machine image against the rate of its instance.
    ///
    /// Rules: GCE-059 and GCE-090.
    private mutating func countImage(of instance: Instance) -> OperationError? {
        var window = instance.images
        let isAllowed = admits(&window)
        instances[instance.id]?.images = window
        return isAllowed ? nil : .rateExceeded(instance.path, rule: "GCE-090")
    }

    /// The guest runs its scripts before the point in time; when they fail there is no image at all.
    ///
    /// Rule: GCE-072.
    mutating func freezeForImage(_ id: MachineImage.ID) {
        guard let image = machineImages[id], image.state == .creating else { return }
        let source = image.sourceInstance
        guard instances[source]?.state == .running else { return abandon(id, .flushNeedsGuest, after: .zero) }
        advanceMachine(source)
        do throws(GuestFault) {
            guard let time = try instances[source]?.machine?.freeze(at: world.now) else {
                return abandon(id, .flushNeedsAgent, after: .zero)
            }
            enter(.imageCut(id, frozen: true), in: time)
        } catch {
            abandon(id, .flushFailed(error), after: error.elapsed)
        }
    }

    /// The machine image never was.
    ///
    /// Rules: GCE-015 and GCE-072.
    private mutating func abandon(_ id: MachineImage.ID, _ error: OperationError, after time: Duration) {
        guard let image = machineImages.remove(id) else { return }
        free(image.path, id.rawValue)
        guard let creation = image.creation else { return }
        operations[creation]?.failure = error
        enter(.operationEnds(creation), in: time)
    }

    /// The one point in time of all disks: what has reached them, and nothing of memory.
    ///
    /// Rules: GCE-088 and GCE-093.
    ///
    /// It is consistent for input and output alone: what the guest had not written is not in it. Rule: GCE-089.
    mutating func cut(_ id: MachineImage.ID, frozen: Bool) {
        guard var image = machineImages[id], image.state.cut() else { return }
        let instance = instances[image.sourceInstance]
        image.cut = now
        image.properties = instance?.properties ?? image.properties
        image.disks = (instance?.disks ?? []).compactMap { attached in
            disks[attached.disk].map { disk in
                MachineImage.SavedDisk(
                    deviceName: attached.deviceName, isBoot: attached.isBoot, autoDelete: attached.autoDelete,
                    type: disk.type, sizeGB: disk.sizeGB, contents: contents(of: disk), guest: disk.guest,
                    disk: disk.id)
            }
        }
        if image.disks.isEmpty { image.isToFail = true }
        machineImages[id] = image
        note(image.path.name, "CREATING -> UPLOADING")
        report(image.creation, progress: 50)
        if frozen {
            advanceMachine(image.sourceInstance)
            instances[image.sourceInstance]?.machine?.thaw(at: world.now)
        }
        let timings = settings.timings
        enter(.imageUploaded(id), in: timings.snapshotUpload + image.writtenBytes.time(at: timings.uploadRate))
    }

    /// The contents are stored, or it came to nothing.
    mutating func finishUpload(of id: MachineImage.ID) {
        guard var image = machineImages[id] else { return }
        let hasMoved = image.isToFail ? image.state.failed() : image.state.uploaded()
        guard hasMoved else { return }
        if !image.isToFail { image.storageBytes = image.writtenBytes }
        machineImages[id] = image
        note(image.path.name, "UPLOADING -> \(image.status)")
        if let creation = image.creation { end(creation, image.isToFail ? .internalError : nil) }
    }

    /// machineImages.delete: for good, and without harm to what was made from it.
    ///
    /// Rule: GCE-097.
    package mutating func deleteMachineImage(_ name: String, requestID: String? = nil) throws(ComputeFault) -> Operation
    {
        let call = Request.deleteMachineImage(name)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            var image = try plane.machineImage(name)
            do {
                try image.state.delete(protectsUnready: plane.settings.inferred.protectsUnreadySnapshots)
            } catch {
                throw .notReady(image.path, rule: "GCE-078")
            }
            plane.machineImages[image.id] = image
            return plane.accept(
                call, in: .global, on: image.path, id: image.id.rawValue, .deleteMachineImage(image.id),
                lasting: plane.settings.timings.snapshotDelete)
        }
    }

    mutating func remove(_ id: MachineImage.ID) {
        guard let image = machineImages.remove(id) else { return }
        free(image.path, id.rawValue)
        if let creation = image.creation, operations[creation]?.isDone == false { end(creation, .internalError) }
        note(image.path.name, "DELETING -> gone")
    }

    /// machineImages.get.
    package func getMachineImage(_ name: String) throws(ComputeFault) -> MachineImage { try machineImage(name) }
}

extension MachineImage {
    /// What all its disks hold.
    var writtenBytes: ByteCount { disks.reduce(.zero) { $0 + ($1.contents?.writtenBytes ?? .zero) } }
}
