import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// Makes a number for a new resource: random digits over a count, so that none is given twice.
    ///
    /// Rule: GCE-002.
    mutating func makeNumber() -> UInt64 {
        let count = UInt64(world.names.number("resource"))
        return world.dice.next() >> 2 & ~0xFF_FFFF | (1 << 61) | (count & 0xFF_FFFF)
    }

    /// The path of a resource of this project.
    func path(_ collection: Collection, _ scope: Scope, _ name: String) -> ResourcePath {
        ResourcePath(project: settings.project, scope: scope, collection: collection, name: name)
    }

    /// Checks a name for a new resource, and that it is free.
    ///
    /// Rules: GCE-001, GCE-007 and GCE-008.
    func newPath(_ collection: Collection, _ scope: Scope, _ name: String) throws(ComputeFault) -> ResourcePath {
        guard ResourcePath.isName(name) else { throw .badName(name) }
        let path = path(collection, scope, name)
        guard names[path] == nil || !settings.inferred.holdsNames && !isMade(path) else { throw .alreadyExists(path) }
        return path
    }

    /// Whether the resource behind a name is more than an insert under way.
    private func isMade(_ path: ResourcePath) -> Bool {
        guard let number = names[path] else { return false }
        switch path.collection {
        case .disks: return disks[.init(rawValue: number)]?.state != .creating
        case .snapshots: return snapshots[.init(rawValue: number)]?.state != .creating
        case .instances: return instances[.init(rawValue: number)]?.state != .provisioning
        default: return true
        }
    }

    /// Checks the zone of a path.
    ///
    /// Rule: GCE-009.
    func zoneScope(_ zone: String) throws(ComputeFault) -> Scope {
        guard settings.zones.contains(zone) else {
            throw ComputeFault(
                settings.inferred.unknownZone, "Invalid value for field 'zone': '\(zone)'. Unknown zone.",
                rule: "GCE-009")
        }
        return .zone(zone)
    }

    /// Finds the target of a path by its name or its number.
    ///
    /// Rules: GCE-003, GCE-006 and GCE-010.
    func find<Resource: Identified>(
        _ text: String, in scope: Scope, _ table: (ResourceID<Resource>) -> Bool
    ) throws(ComputeFault) -> ResourceID<Resource> {
        if case .zone(let zone) = scope { _ = try zoneScope(zone) }
        let path = path(Resource.collection, scope, text)
        let number = names[path] ?? UInt64(text).flatMap { number in isHere(number, path) ? number : nil }
        guard Resource.collection.holds(scope), let number, table(ResourceID(rawValue: number)) else {
            throw .notFound(path.description)
        }
        return ResourceID(rawValue: number)
    }

    /// Whether the resource with this number is in the scope and collection of `path`.
    ///
    /// Rule: GCE-010.
    private func isHere(_ number: UInt64, _ path: ResourcePath) -> Bool {
        let found: ResourcePath? =
            switch path.collection {
            case .instances: instances[.init(rawValue: number)]?.path
            case .disks: disks[.init(rawValue: number)]?.path
            case .snapshots: snapshots[.init(rawValue: number)]?.path
            case .images: images[.init(rawValue: number)]?.path
            case .machineImages: machineImages[.init(rawValue: number)]?.path
            case .instantSnapshots: instantSnapshots[.init(rawValue: number)]?.path
            case .instantSnapshotGroups: instantGroups[.init(rawValue: number)]?.path
            case .resourcePolicies: policies[.init(rawValue: number)]?.path
            case .addresses: addresses[.init(rawValue: number)]?.path
            }
        return found?.scope == path.scope
    }

    /// Resolves a reference in a body; one that leads nowhere is an error of the field.
    ///
    /// Rules: GCE-004 and GCE-005.
    func resolve<Resource: Identified>(
        _ reference: String, field: String, _: Resource.Type
    ) throws(ComputeFault) -> (id: ResourceID<Resource>, path: ResourcePath) {
        guard let path = ResourcePath(reference: reference, project: settings.project),
            path.collection == Resource.collection
        else { throw .invalid(field, reference, "The URL is malformed.", rule: "GCE-004") }
        let number = names[path] ?? UInt64(path.name).flatMap { isHere($0, path) ? $0 : nil }
        guard let number else {
            throw .invalid(
                field, reference, "The referenced \(path.collection.singular) resource cannot be found.",
                rule: "GCE-005")
        }
        return (ResourceID(rawValue: number), path)
    }

    /// Finds an instance.
    ///
    /// Rule: GCE-006.
    func instance(_ name: String, zone: String) throws(ComputeFault) -> Instance {
        let id: Instance.ID = try find(name, in: .zone(zone)) { instances[$0] != nil }
        guard let found = instances[id] else { throw .notFound(name) }
        return found
    }

    /// Finds a disk.
    ///
    /// Rule: GCE-006.
    func disk(_ name: String, zone: String) throws(ComputeFault) -> PersistentDisk {
        let id: PersistentDisk.ID = try find(name, in: .zone(zone)) { disks[$0] != nil }
        guard let found = disks[id] else { throw .notFound(name) }
        return found
    }

    /// Finds a snapshot.
    ///
    /// Rule: GCE-006.
    func snapshot(_ name: String) throws(ComputeFault) -> DiskSnapshot {
        let id: DiskSnapshot.ID = try find(name, in: .global) { snapshots[$0] != nil }
        guard let found = snapshots[id] else { throw .notFound(name) }
        return found
    }

    /// Finds a machine image.
    ///
    /// Rule: GCE-006.
    func machineImage(_ name: String) throws(ComputeFault) -> MachineImage {
        let id: MachineImage.ID = try find(name, in: .global) { machineImages[$0] != nil }
        guard let found = machineImages[id] else { throw .notFound(name) }
        return found
    }

    /// Finds an instant snapshot.
    ///
    /// Rule: GCE-006.
    func instantSnapshot(_ name: String, zone: String) throws(ComputeFault) -> InstantSnapshot {
        let id: InstantSnapshot.ID = try find(name, in: .zone(zone)) { instantSnapshots[$0] != nil }
        guard let found = instantSnapshots[id] else { throw .notFound(name) }
        return found
    }

    /// The policy of this name in the project's region.
    ///
    /// Rule: GCE-006.
    func policy(_ name: String) throws(ComputeFault) -> ResourcePolicy {
        let id: ResourcePolicy.ID = try find(name, in: .region(settings.region)) { policies[$0] != nil }
        guard let found = policies[id] else { throw .notFound(name) }
        return found
    }
}
