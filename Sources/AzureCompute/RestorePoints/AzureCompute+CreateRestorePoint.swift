import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The body of RestorePoints_Create.
package struct CreateRestorePoint: Hashable, Sendable {
    /// Nothing for the best that the guest allows; the only word that is taken is that for crash-consistent.
    ///
    /// Rule: AZ-108.
    package var consistency: RestorePoint.Consistency?
    package var excludedDisks: [ResourceID] = []
    /// The point it is a copy of, from another location.
    package var source: ResourceID?

    package init(_ consistency: RestorePoint.Consistency? = nil, excluding excludedDisks: [ResourceID] = []) {
        self.consistency = consistency
        self.excludedDisks = excludedDisks
    }

    var mode: RestorePoint.Mode { consistency == .crash ? .crash : .application }
}

extension AzureCompute {
    /// RestorePoints_Create: a point in time of all disks of a machine, but those left out.
    package mutating func createRestorePoint(
        _ id: ResourceID, _ request: CreateRestorePoint = CreateRestorePoint()
    ) throws(AzureFault) -> Operation {
        try call(.createRestorePoint, on: id) { plane throws(AzureFault) in
            guard let parent = id.parent, let collection = plane.restorePointCollections[parent] else {
                throw plane.missing(id)
            }
            guard !collection.isMarkedForDeletion else { throw .marked(parent, .createRestorePoint) }
            try plane.checkVersion(for: request)
            if let existing = plane.restorePoints[id] { return try plane.putAgain(existing, request) }
            if request.source != nil || collection.source.type == .restorePointCollections {
                return try plane.copyPoint(id, request, collection)
            }
            guard request.consistency == nil || request.consistency == .crash else {
                throw AzureFault(
                    .invalidParameter,
                    "The value '\(request.consistency?.rawValue ?? "")' of parameter 'consistencyMode' is not valid.",
                    target: "consistencyMode", rule: "AZ-108")
            }
            guard let machine = plane.virtualMachines[collection.source] else {
                throw AzureFault(
                    .notFound,
                    "Source Virtual Machine '\(collection.source.name)' specified in the request does not exist in this "
                        + "Azure location.", status: 404, rule: "AZ-112")
            }
            return try plane.take(id, request, of: machine)
        }
    }

    /// The versions of the interface that know restore points of a kind.
    ///
    /// Rule: AZ-096.
    private func checkVersion(for request: CreateRestorePoint) throws(AzureFault) {
        let floor = request.consistency == .crash ? "2021-07-01" : "2021-03-01"
        guard caller.apiVersion ?? "" >= floor else {
            throw AzureFault(
                .badRequest, "This request can be made with api-version '\(floor)' or newer.", rule: "AZ-096")
        }
    }

    /// Rule: AZ-109.
    private mutating func putAgain(
        _ point: RestorePoint, _ request: CreateRestorePoint
    ) throws(AzureFault) -> Operation {
        guard point.request == request, point.state != .deleting else {
            throw .notAllowed("Update of existing restore point '\(point.id.name)' is not supported.", rule: "AZ-109")
        }
        return acceptDone(.createRestorePoint, on: point.id)
    }

    private mutating func take(
        _ id: ResourceID, _ request: CreateRestorePoint, of machine: VirtualMachine
    ) throws(AzureFault) -> Operation {
        let included = try includedDisks(of: machine, request)
        try checkLimits(request, of: machine)
        if request.mode == .crash { try checkCrashMode(included, of: machine) }
        for disk in included where disk.encryption.set.map({ diskEncryptionSets[$0]?.isVaultReachable }) == false {
            throw AzureFault(
                "DiskRestorePointClientError",
                "Keyvault associated with DiskEncryptionSet not found. Disk: \(disk.id.name)", status: 409,
                rule: "AZ-068")
        }
        let moment = bringToRest(machine.id, request)
        make(id, request, of: machine, included, moment)
        pointsOfMachines[machine.vmID, default: PointHistory()].pace[request.mode, default: RateWindow()]
            .count(at: world.now, in: .hours(1))
        pointsOfMachines[machine.vmID]?.creating = id
        var operation = accept(
            .createRestorePoint, on: id, .createRestorePoint(id), lasting: moment.duration, status: 201)
        operation.failure = moment.failure
        if doomedSnapshots.strike([machine.id]) {
            operation.failure = .late("VMRestorePointInternalError", .createRestorePoint)
        }
        operations[operation.id] = operation
        return operation
    }

    /// The disks of the point; what cannot be in one has to be left out.
    ///
    /// Rules: AZ-102 and AZ-104.
    private func includedDisks(
        of machine: VirtualMachine, _ request: CreateRestorePoint
    ) throws(AzureFault) -> [ManagedDisk] {
        guard machine.securityType != .confidential else {
            throw .notAllowed(
                "Operation 'Create Restore Point' is not allowed on the confidential VM '\(machine.id.name)'.",
                rule: "AZ-119")
        }
        guard !machine.osDisk.isEphemeral || request.excludedDisks.contains(machine.osDisk.disk) else {
            throw .point(
                "Creation of Restore Point of a Virtual Machine with Ephemeral OS disk is not supported.",
                rule: "AZ-102")
        }
        let included = machine.allDisks.filter { !request.excludedDisks.contains($0) }.compactMap { disks[$0] }
        guard !included.contains(where: { $0.maxShares > 1 }) else {
            throw .point(
                "Creation of Restore Point of a Virtual Machine with Shared disks is not supported. You may exclude this "
                    + "disk from the restore point via excludeDisks property.", rule: "AZ-102")
        }
        guard !included.contains(where: { $0.provisioning == .failed }) else {
            throw .notAllowed(
                "Operation 'Create Restore Point' is not allowed as disk(s) have not been allocated successfully. Please "
                    + "exclude these disk(s) using excludeDisks property and retry.", rule: "AZ-104")
        }
        return included
    }

    private func failedPoints(of machine: VirtualMachine) -> Int {
        restorePoints.values.count {
            $0.state == .failed && $0.request.source == nil && $0.metadata.machineID == machine.vmID
        }
    }

    /// How many points there may be, how fast they may follow, and that one is made at a time.
    private func checkLimits(_ request: CreateRestorePoint, of machine: VirtualMachine) throws(AzureFault) {
        let history = pointsOfMachines[machine.vmID] ?? PointHistory()
        if let other = history.creating, restorePoints[other]?.state == .creating {
            throw .point(
                "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
                rule: "AZ-100")
        }
        let counted = history.count - (settings.inferred.failedPointsCount ? 0 : failedPoints(of: machine))
        guard counted < settings.quotas.restorePointsPerMachine else {
            throw .notAllowed(
                "The number of restore points across restore point collections and resource groups for a VM cannot "
                    + "exceed \(settings.quotas.restorePointsPerMachine).", rule: "AZ-098")
        }
        guard let pace = history.pace[request.mode] else { return }
        if settings.eras.strictRestorePointPace {
            let gap: Duration = request.mode == .crash ? .hours(1) : .hours(3)
            if let last = pace.last, last + gap > now { throw .pointPace(wait: last + gap - now) }
        }
        let limit = settings.quotas.restorePointsPerHour
        if let wait = pace.wait(at: now, limit: limit, in: .hours(1)) { throw .pointPace(wait: wait) }
    }

    /// Rule: AZ-103.
    private func checkCrashMode(_ included: [ManagedDisk], of machine: VirtualMachine) throws(AzureFault) {
        let unfit = included.first { $0.sku.copiesInBackground || $0.isWriteAccelerated }
        guard unfit == nil, machine.size.supportsPremium else {
            throw .notAllowed(
                "Crash consistent restore points are not supported for "
                    + (unfit.map { "disk '\($0.id.name)'." } ?? "the VM size \(machine.size.name)."), rule: "AZ-103")
        }
        guard machine.power != .deallocated || settings.inferred.crashPointsOfDeallocated else {
            throw .notAllowed("Operation 'Create Restore Point' is not allowed on a deallocated VM.")
        }
    }

    mutating func completeCreation(ofPoint id: ResourceID) throws(AzureFault) {
        guard let point = restorePoints[id] else { return }
        let source = id.parent.flatMap { restorePointCollections[$0] }?.source
        if let machine = source.flatMap({ virtualMachines[$0] }), machine.modelVersion != point.modelVersion {
            throw .notAllowed(
                "Changes were made to the Virtual Machine while the operation 'Create Restore Point' was in progress.",
                rule: "AZ-101")
        }
        restorePoints[id]?.consistency = point.achieved
        _ = restorePoints[id]?.state.succeed()
    }
}
