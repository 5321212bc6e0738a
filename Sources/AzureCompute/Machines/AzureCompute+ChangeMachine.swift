import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The body of VirtualMachines_Update; what it does not name is left alone.
package struct MachineUpdate: Hashable, Sendable {
    package var osDisk: OSDiskUpdate?
    /// The whole array, which takes the place of the old one: what is missing from it is detached.
    package var dataDisks: [DataDisk]?
    package var size: String?
    package var tags: [String: String]?
    package var ultraSSDEnabled: Bool?
    package var zone: String?
    package var availabilitySet: String?
    package var priority: String?
    package var imageReference: String?
    package var osProfile: OSProfile?

    package init() {}

    /// What is asked for in the place of the OS disk.
    package struct OSDiskUpdate: Hashable, Sendable {
        package var disk: ResourceID
        package var name: String?
        package var createOption: ManagedDisk.CreateOption?
        package var diskSizeGB: Int?
        package var sku: DiskSKU?

        package init(
            disk: ResourceID, name: String? = nil, createOption: ManagedDisk.CreateOption? = nil, diskSizeGB: Int? = nil
        ) {
            self.disk = disk
            self.name = name
            self.createOption = createOption
            self.diskSizeGB = diskSizeGB
        }
    }
}

/// What a change does to a machine when its time is over.
struct MachineChange: Hashable, Sendable {
    var osDisk: ResourceID?
    /// The size that the new OS disk grows to.
    var osDiskGrowth: Int?
    /// The data disks that there will be.
    var dataDisks: [DataDisk]
    var attached: [ResourceID] = []
    var detached: [ResourceID] = []
    var size: VirtualMachineSize?
    var tags: [String: String]?
    var ultraSSDEnabled: Bool?

    var touchesDisks: Bool { osDisk != nil || !attached.isEmpty || !detached.isEmpty }
}

extension AzureCompute {
    /// VirtualMachines_Update.
    package mutating func updateMachine(_ id: ResourceID, _ update: MachineUpdate) throws(AzureFault) -> Operation {
        try call(.updateMachine, on: id) { plane throws(AzureFault) in
            try plane.apply(update, to: try plane.ready(id, for: .updateMachine), verb: .updateMachine)
        }
    }

    mutating func apply(_ update: MachineUpdate, to machine: VirtualMachine, verb: Verb) throws(AzureFault) -> Operation
    {
        let machine = try ready(machine.id, for: verb)
        try checkCreateOnly(update, machine)
        try checkTags(update.tags ?? [:])
        var change = MachineChange(dataDisks: update.dataDisks ?? machine.dataDisks, tags: update.tags)
        if let name = update.size, name != machine.size.name {
            let size = try VirtualMachineSize.named(name)
            try checkCores(size, at: machine.location, replacing: machine.size.cores)
            change.size = size
        }
        if let enabled = update.ultraSSDEnabled, enabled != machine.ultraSSDEnabled {
            guard machine.power == .deallocated else { throw .running(verb, machine.id, rule: "AZ-084") }
            change.ultraSSDEnabled = enabled
        }
        if let wanted = update.osDisk { try checkSwap(wanted, of: machine, &change, verb) }
        if let wanted = update.dataDisks { try checkDataDisks(wanted, of: machine, &change) }
        try beginChange(of: machine.id, verb)
        for disk in change.detached { disks[disk]?.isBeingDetached = true }
        for disk in change.attached + [change.osDisk].compactMap({ $0 }) where disks[disk]?.managedBy == nil {
            // It is spoken for at once, and reads as its old state until the change is done.
            disks[disk]?.managedBy = machine.id
        }
        return accept(
            verb, on: machine.id, .updateMachine(machine.id, change),
            lasting: change.touchesDisks ? settings.timings.attachment : settings.timings.update, status: 200)
    }

    /// What is set when a machine is made stays.
    ///
    /// Rule: AZ-083.
    private func checkCreateOnly(_ update: MachineUpdate, _ machine: VirtualMachine) throws(AzureFault) {
        let pairs: [(String, Bool)] = [
            ("zones", update.zone.map { $0 != machine.zone } ?? false),
            ("availabilitySet", update.availabilitySet.map { $0 != machine.availabilitySet } ?? false),
            ("priority", update.priority.map { $0 != machine.priority } ?? false),
            ("imageReference", update.imageReference.map { $0 != machine.imageReference } ?? false),
            ("osProfile", update.osProfile.map { $0 != machine.osProfile } ?? false),
        ]
        guard let changed = pairs.first(where: \.1) else { return }
        throw .unchangeable(changed.0, rule: "AZ-083")
    }

    /// What an array of data disks asks for, against what there is.
    private func checkDataDisks(
        _ wanted: [DataDisk], of machine: VirtualMachine, _ change: inout MachineChange
    ) throws(AzureFault) {
        let present = Set(machine.dataDisks.map(\.disk))
        change.detached = machine.dataDisks.map(\.disk).filter { disk in !wanted.contains { $0.disk == disk } }
        for disk in wanted where disks[disk.disk]?.isBeingDetached == true {
            throw .beingDetached(disk.disk, machine.id)
        }
        for disk in wanted where !present.contains(disk.disk) {
            try checkAttachment(of: disk.disk, to: machine)
            change.attached.append(disk.disk)
        }
        try checkPlaces(wanted, luns: wanted.map(\.lun), of: change.size ?? machine.size)
        for disk in wanted {
            if let old = machine.dataDisks.first(where: { $0.disk == disk.disk }), old.lun != disk.lun {
                throw .unchangeable("dataDisk.lun", rule: "AZ-062")
            }
        }
        let taken = wanted.first { new in
            !present.contains(new.disk) && machine.dataDisks.contains { $0.lun == new.lun }
        }
        if let taken, !settings.inferred.swapsDataDisksInOneRequest {
            throw .invalid("dataDisk.lun", "A disk at LUN \(taken.lun) already exists.", rule: "AZ-062")
        }
    }

    /// Rules: AZ-062 and AZ-063.
    func checkPlaces(_ wanted: [DataDisk], luns: [Int], of size: VirtualMachineSize) throws(AzureFault) {
        guard luns.count <= size.maxDataDisks else {
            throw .notAllowed(
                "The maximum number of data disks allowed to be attached to a VM of this size is \(size.maxDataDisks).",
                target: "dataDisks", rule: "AZ-063")
        }
        var seen: Set<Int> = []
        for lun in luns where !seen.insert(lun).inserted {
            throw AzureFault(
                .invalidParameter, "A disk at LUN \(lun) already exists.", target: "dataDisk.lun", rule: "AZ-062")
        }
        var names: Set<String> = []
        for disk in wanted {
            guard names.insert(disk.disk.name.lowercased()).inserted else {
                throw AzureFault(
                    .invalidParameter, "A disk named '\(disk.disk.name)' already exists.", target: "dataDisk.name",
                    rule: "AZ-062")
            }
            if disk.deleteOption == .delete, let found = disks[disk.disk] { try checkDeleteOption(of: found) }
        }
    }

    /// A disk that several machines share does not go with one of them.
    ///
    /// Rule: AZ-090.
    func checkDeleteOption(of disk: ManagedDisk) throws(AzureFault) {
        guard disk.maxShares > 1 else { return }
        throw AzureFault(
            .invalidParameter, "Delete option 'Delete' is not supported for the shared disk '\(disk.id.name)'.",
            target: "deleteOption", rule: "AZ-090")
    }

    /// VirtualMachines_AttachDetachDataDisks.
    package mutating func attachDetachDataDisks(
        _ id: ResourceID, attaching new: [DataDisk] = [], detaching old: [ResourceID] = []
    ) throws(AzureFault) -> Operation {
        try call(.attachDetachDataDisks, on: id) { plane throws(AzureFault) in
            let machine = try plane.ready(id, for: .attachDetachDataDisks)
            let staying = machine.dataDisks.filter { !old.contains($0.disk) }
            if let taken = new.first(where: { disk in staying.contains { $0.lun == disk.lun } }) {
                throw AzureFault(
                    .invalidParameter, "A disk named '\(taken.disk.name)' already uses the same LUN: \(taken.lun).",
                    target: "dataDisk.lun", rule: "AZ-062")
            }
            var update = MachineUpdate()
            update.dataDisks = staying + new
            return try plane.apply(update, to: machine, verb: .attachDetachDataDisks)
        }
    }

    /// VirtualMachineExtensions_CreateOrUpdate: the agent in a running guest installs it.
    ///
    /// Rule: AZ-087.
    package mutating func createExtension(_ name: String, on id: ResourceID) throws(AzureFault) -> Operation {
        try call(.createExtension, on: id.child(.extensions, name)) { plane throws(AzureFault) in
            let machine = try plane.ready(id, for: .createExtension)
            guard machine.power == .running else {
                throw .notAllowed("Cannot modify extensions in the VM when the VM is not running.", rule: "AZ-087")
            }
            try plane.beginChange(of: id, .createExtension)
            plane.virtualMachines[id]?.extensions[name] = .creating
            return plane.accept(
                .createExtension, on: id, .createExtension(id, name: name),
                lasting: plane.settings.timings.extensionCreation, status: 201)
        }
    }

    mutating func completeExtension(_ name: String, of id: ResourceID) {
        _ = virtualMachines[id]?.extensions[name]?.succeed()
        _ = virtualMachines[id]?.provisioning.succeed()
    }
}
