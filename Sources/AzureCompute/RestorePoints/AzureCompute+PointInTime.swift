import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// What came of asking a guest to come to rest for a restore point.
struct PointMoment: Hashable, Sendable {
    var consistency: RestorePoint.Consistency
    var duration: Duration
    /// Why the point will fail.
    var failure: AzureFault?
}

extension AzureCompute {
    /// Asks the guest to come to rest for as long as the disks are taken; in crash mode nobody is asked.
    ///
    /// Rule: AZ-105.
    mutating func bringToRest(_ id: ResourceID, _ request: CreateRestorePoint) -> PointMoment {
        let time = settings.timings.restorePoint
        guard request.mode == .application, let machine = virtualMachines[id] else {
            return PointMoment(consistency: .crash, duration: time)
        }
        let reports = machine.power == .running && machine.hasAgent && machine.machine?.power != .off
        guard reports, machine.extensions.values.allSatisfy({ $0 == .succeeded }) else {
            return PointMoment(
                consistency: .crash, duration: time,
                failure: .late("VMAgentStatusCommunicationError", .createRestorePoint))
        }
        let whole = time + installSnapshotExtension(on: id)
        if machine.degradedAttempts > 0 {  // Rule: AZ-107
            virtualMachines[id]?.degradedAttempts -= 1
            return freeze(id, lasting: whole, best: .fileSystem)
        }
        let best: RestorePoint.Consistency =
            machine.osDisk.osType == .windows || machine.hasSnapshotScripts ? .application : .fileSystem
        return freeze(id, lasting: whole, best: best)
    }

    /// The first point of its kind installs an extension, which stays.
    ///
    /// Rule: AZ-106.
    private mutating func installSnapshotExtension(on id: ResourceID) -> Duration {
        guard let machine = virtualMachines[id], machine.extensions[Self.snapshotExtension] == nil else { return .zero }
        virtualMachines[id]?.extensions[Self.snapshotExtension] = .succeeded
        return settings.timings.snapshotExtension
    }

    static let snapshotExtension = "VMSnapshot"

    private mutating func freeze(
        _ id: ResourceID, lasting time: Duration, best: RestorePoint.Consistency
    ) -> PointMoment {
        advanceMachine(id)
        let start = now
        do throws(GuestFault) {
            _ = try virtualMachines[id]?.machine?.freeze(at: start)
            return PointMoment(consistency: best, duration: time)
        } catch {
            let isWindows = virtualMachines[id]?.osDisk.osType == .windows
            var moment = PointMoment(consistency: .crash, duration: time + error.elapsed)
            switch error.reason {
            case .quiesceRefused where isWindows:
                virtualMachines[id]?.degradedAttempts = 3
                moment.failure = AzureFault(
                    .restorePointClientError,
                    "Restore Point creation failed due to VSS Writers in bad state. Restart VSS Writer services and "
                        + "reboot VM.", status: 200, rule: "AZ-107")
            case .agentHangs, .isNotRunning:
                moment.failure = .late("VMAgentStatusCommunicationError", .createRestorePoint)
            case .quiesceRefused, .isFrozen, .refused:
                moment.failure = .late("VMRestorePointInternalError", .createRestorePoint)
            }
            return moment
        }
    }

    /// Takes a point into the books; its instant is now, but where the machine has no common instant for its disks.
    mutating func make(
        _ id: ResourceID, _ request: CreateRestorePoint, of machine: VirtualMachine, _ included: [ManagedDisk],
        _ moment: PointMoment
    ) {
        let late = request.mode == .crash ? disksCutLate(included, of: machine) : []
        var points: [DiskRestorePoint] = []
        for disk in included {
            let uniqueID = world.names.uuid()
            points.append(
                DiskRestorePoint(
                    id: id.child(.diskRestorePoints, "\(disk.id.name)_\(uniqueID)"), uniqueID: uniqueID,
                    location: machine.location, sourceDisk: disk.id, sourceUniqueID: disk.uniqueID, sizeGB: disk.sizeGB,
                    osType: disk.osType, hyperVGeneration: disk.hyperVGeneration, securityType: disk.securityType,
                    contents: late.contains(disk.id) ? nil : contents(of: disk), guest: disk.guest,
                    encryption: disk.encryption))
        }
        let thaws = now + .milliseconds(82)
        virtualMachines[machine.id]?.machine?.thaw(at: thaws)
        let point = RestorePoint(
            id: id, uniqueID: world.names.uuid(), request: request, timeCreated: now, state: .creating,
            metadata: RestorePoint.Metadata(
                machineID: machine.vmID, location: machine.location, size: machine.size.name, osDisk: machine.osDisk,
                dataDisks: machine.dataDisks, hyperVGeneration: machine.hyperVGeneration,
                securityType: machine.securityType),
            disks: points, achieved: moment.consistency, modelVersion: machine.modelVersion)
        place(point, of: machine.vmID)
        if !late.isEmpty { enter(.pointCut(id, uniqueID: point.uniqueID), in: settings.inferred.cacheSkew) }
    }

    mutating func place(_ point: RestorePoint, of machine: String?) {
        restorePoints[point.id] = point
        if let parent = point.id.parent { restorePointCollections[parent]?.points.append(point.id) }
        if let machine { pointsOfMachines[machine, default: PointHistory()].count += 1 }
        enroll(point.id)
    }

    /// The disks that are not taken at the instant of the others: with a host cache that holds writes back, or on sizes
    /// without a common instant.
    ///
    /// Rule: AZ-116.
    private func disksCutLate(_ included: [ManagedDisk], of machine: VirtualMachine) -> Set<ResourceID> {
        guard included.count > 1, machine.power == .running else { return [] }
        if machine.size.lacksCommonInstant, machine.dataDisks.count > 1 {
            return Set(included.dropFirst().map(\.id))
        }
        let cached = included.filter { machine.caching(of: $0.id) == .readWrite }.map(\.id)
        return cached.count == included.count ? Set(cached.dropFirst()) : Set(cached)
    }

    /// The rest of the disks is taken.
    mutating func cutLate(_ id: ResourceID, _ uniqueID: String) {
        guard let point = restorePoints[id], point.uniqueID == uniqueID else { return }
        for (place, entry) in point.disks.enumerated() where entry.contents == nil {
            guard let disk = disks[entry.sourceDisk], disk.uniqueID == entry.sourceUniqueID else { continue }
            let contents = contents(of: disk)
            restorePoints[id]?.disks[place].contents = contents
        }
    }
}
