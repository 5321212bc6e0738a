import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// The body of VirtualMachines_CreateOrUpdate.
package struct CreateMachine: Hashable, Sendable {
    package var location: String
    package var size: String
    package var osDisk: OSDiskRequest
    package var dataDisks: [DataDiskRequest] = []
    package var interfaces: [InterfaceReference] = []
    package var zone: String?
    package var availabilitySet: String?
    package var priority = "Regular"
    package var imageReference: String?
    package var osProfile: OSProfile?
    package var securityType = SecurityType.standard
    package var tags: [String: String] = [:]

    package init(location: String, size: String, osDisk: OSDiskRequest) {
        self.location = location
        self.size = size
        self.osDisk = osDisk
    }

    /// What is asked for in the place of the OS disk.
    package struct OSDiskRequest: Hashable, Sendable {
        package var createOption: ManagedDisk.CreateOption
        package var disk: ResourceID?
        package var osType: OSType?
        package var sku = DiskSKU.standardLRS
        package var caching = Caching.readWrite
        package var deleteOption = DeleteOption.detach
        package var isEphemeral = false

        package init(_ createOption: ManagedDisk.CreateOption, disk: ResourceID? = nil) {
            self.createOption = createOption
            self.disk = disk
        }
    }

    /// What is asked for at a LUN.
    package struct DataDiskRequest: Hashable, Sendable {
        package var lun: Int
        package var createOption: ManagedDisk.CreateOption
        package var disk: ResourceID?
        package var sizeGB: Int?
        package var sku = DiskSKU.standardLRS
        package var caching = Caching.uncached
        package var deleteOption = DeleteOption.detach

        package init(lun: Int, _ createOption: ManagedDisk.CreateOption, disk: ResourceID? = nil, sizeGB: Int? = nil) {
            self.lun = lun
            self.createOption = createOption
            self.disk = disk
            self.sizeGB = sizeGB
        }
    }
}

extension AzureCompute {
    /// VirtualMachines_CreateOrUpdate of a machine that is not there: from an image, or from specialized disks.
    package mutating func createMachine(_ id: ResourceID, _ request: CreateMachine) throws(AzureFault) -> Operation {
        try call(.createMachine, on: id) { plane throws(AzureFault) in
            try plane.checkPlacement(
                id, location: request.location, tags: request.tags, existing: plane.virtualMachines[id]?.location)
            if let existing = plane.virtualMachines[id] { return try plane.putAgain(existing, request) }
            let size = try VirtualMachineSize.named(request.size)
            try plane.checkProfile(request)
            try plane.checkCores(size, at: request.location)
            try plane.checkInterfaces(request.interfaces, of: id)
            let machine = try plane.draft(id, request, size)
            try plane.checkDisks(request, of: machine)
            plane.make(machine, request)
            let timings = plane.settings.timings
            return plane.accept(
                .createMachine, on: id, .createMachine(id),
                lasting: request.imageReference == nil ? timings.creationFromDisks : timings.creationFromImage,
                status: 201)
        }
    }

    /// The same machine once more changes nothing; anything else is an update.
    private mutating func putAgain(_ machine: VirtualMachine, _ request: CreateMachine) throws(AzureFault) -> Operation
    {
        var update = MachineUpdate()
        update.osDisk = request.osDisk.disk.map { disk in
            MachineUpdate.OSDiskUpdate(disk: disk, createOption: request.osDisk.createOption)
        }
        update.size = request.size
        update.zone = request.zone
        update.availabilitySet = request.availabilitySet
        update.priority = request.priority
        update.imageReference = request.imageReference
        update.osProfile = request.osProfile
        update.tags = request.tags
        let present = machine.dataDisks
        update.dataDisks = request.dataDisks.compactMap { wanted in
            let disk = wanted.disk ?? present.first { $0.lun == wanted.lun }?.disk
            return disk.map {
                DataDisk(lun: wanted.lun, disk: $0, caching: wanted.caching, deleteOption: wanted.deleteOption)
            }
        }
        return try apply(update, to: machine, verb: .createMachine)
    }

    /// A specialized disk brings its own name and users; an image needs them.
    ///
    /// Rules: AZ-081, AZ-082 and AZ-095.
    private func checkProfile(_ request: CreateMachine) throws(AzureFault) {
        if request.osDisk.createOption == .attach {
            guard request.osProfile == nil else {
                throw AzureFault(
                    .invalidParameter, "Parameter 'osProfile' is not allowed.", target: "osProfile", rule: "AZ-081")
            }
            guard request.imageReference == nil else { throw .existingDiskWithImage }
        } else {
            guard request.osDisk.disk == nil else { throw .existingDiskWithImage }
            guard let name = request.imageReference, images[name] != nil else {
                throw .invalid("imageReference", "The image '\(request.imageReference ?? "")' was not found.")
            }
            guard request.osProfile?.adminUsername != nil else {
                throw AzureFault(
                    .invalidParameter, "Required parameter 'adminUsername' is missing (null).", target: "adminUsername",
                    rule: "AZ-082")
            }
        }
    }

    /// Deallocated machines go on counting.
    ///
    /// Rule: AZ-091.
    func checkCores(_ size: VirtualMachineSize, at location: String, replacing old: Int = 0) throws(AzureFault) {
        let used = usage[location]?.cores ?? 0
        guard used - old + size.cores <= settings.quotas.cores else {
            throw .notAllowed(
                "Operation results in exceeding quota limits of Core. Maximum allowed: \(settings.quotas.cores), Current "
                    + "in use: \(used), Additional requested: \(size.cores - old).", rule: "AZ-091")
        }
    }

    /// The machine as it will be, before anything of it is there.
    private mutating func draft(
        _ id: ResourceID, _ request: CreateMachine, _ size: VirtualMachineSize
    ) throws(AzureFault) -> VirtualMachine {
        let image = request.imageReference.flatMap { images[$0] }
        let attached = request.osDisk.disk.flatMap { disks[$0] }
        if request.osDisk.createOption == .attach, attached == nil {
            throw .sourceNotFound(request.osDisk.disk?.name ?? "", rule: "AZ-059")
        }
        let generation = image?.generation ?? attached?.hyperVGeneration ?? .v1
        guard size.generations.contains(generation) else {
            throw AzureFault(
                .badRequest,
                "The selected VM size '\(size.name)' cannot boot Hypervisor Generation "
                    + "'\(generation == .v1 ? 1 : 2)'.", rule: "AZ-070")
        }
        if let attached, attached.securityType != request.securityType {
            throw AzureFault(
                .badRequest, "Security type of VM is not compatible with the security type of attached OS Disk.",
                rule: "AZ-078")
        }
        let unique = world.names.uuid()
        let name = "\(id.name)_OsDisk_1_\(unique.filter { $0 != "-" })"
        let disk = request.osDisk.disk ?? ResourceID(.disks, [name], in: id.group, of: id.subscription)
        let osDisk = OSDisk(
            disk: disk, name: attached?.id.name ?? disk.name,
            osType: image?.osType ?? attached?.osType ?? request.osDisk.osType ?? .linux,
            createOption: request.osDisk.createOption, caching: request.osDisk.caching,
            deleteOption: request.osDisk.deleteOption, isEphemeral: request.osDisk.isEphemeral)
        return VirtualMachine(
            id: id, vmID: world.names.uuid(), location: request.location, zone: request.zone,
            availabilitySet: request.availabilitySet, priority: request.priority,
            imageReference: request.imageReference, osProfile: request.osProfile, hyperVGeneration: generation,
            securityType: request.securityType, size: size, osDisk: osDisk, dataDisks: [],
            interfaces: request.interfaces, tags: request.tags, temporaryDisk: world.names.uuid(),
            tpmSeed: world.names.uuid())
    }

    private func checkDisks(_ request: CreateMachine, of machine: VirtualMachine) throws(AzureFault) {
        if let disk = request.osDisk.disk { try checkAttachment(of: disk, to: machine) }
        let data = request.dataDisks.compactMap { wanted in
            wanted.disk.map { DataDisk(lun: wanted.lun, disk: $0, deleteOption: wanted.deleteOption) }
        }
        for disk in data { try checkAttachment(of: disk.disk, to: machine) }
        try checkPlaces(data, luns: request.dataDisks.map(\.lun), of: machine.size)
        if machine.osDisk.deleteOption == .delete, let disk = disks[machine.osDisk.disk] {
            try checkDeleteOption(of: disk)
        }
    }

    private mutating func make(_ draft: VirtualMachine, _ request: CreateMachine) {
        var machine = draft
        let image = request.imageReference.flatMap { images[$0] }
        virtualMachines[machine.id] = machine
        if let image, !machine.osDisk.isEphemeral {
            makeImplicitDisk(machine.osDisk.disk, of: machine, image, .root, sku: request.osDisk.sku, sizeGB: nil)
        }
        for (place, wanted) in request.dataDisks.enumerated() {
            let disk: ResourceID
            if let given = wanted.disk {
                disk = given
            } else {
                let name = "\(machine.id.name)_disk\(place + 2)_\(world.names.uuid().filter { $0 != "-" })"
                disk = ResourceID(.disks, [name], in: machine.id.group, of: machine.id.subscription)
                let isData = wanted.lun == Guest.dataLUN && wanted.createOption == .fromImage
                makeImplicitDisk(
                    disk, of: machine, isData ? image : nil, .data, sku: wanted.sku, sizeGB: wanted.sizeGB)
            }
            machine.dataDisks.append(
                DataDisk(lun: wanted.lun, disk: disk, caching: wanted.caching, deleteOption: wanted.deleteOption))
        }
        virtualMachines[machine.id] = machine
        enroll(machine.id)
        usage[machine.location, default: Usage()].cores += machine.size.cores
        usage[machine.location, default: Usage()].allocatedCores += machine.size.cores
        for disk in machine.allDisks where disks[disk] != nil { takePossession(of: disk, machine.id) }
        for reference in machine.interfaces { networkInterfaces[reference.interface]?.machine = machine.id }
    }

    private mutating func makeImplicitDisk(
        _ id: ResourceID, of machine: VirtualMachine, _ image: VendorImage?, _ role: DiskRole, sku: DiskSKU,
        sizeGB: Int?
    ) {
        let found = image?.disks[role]
        let sizeGB = max(sizeGB ?? 1, found?.size.gibibytesRoundedUp ?? 1)
        var contents = found ?? Disk(size: .gibibytes(sizeGB))
        if contents.size < .gibibytes(sizeGB) { contents.grow(to: .gibibytes(sizeGB)) }
        var disk = ManagedDisk(
            id: id, uniqueID: world.names.uuid(), location: machine.location, zone: machine.zone,
            creation: ManagedDisk.CreationData(image == nil ? .empty : .fromImage), timeCreated: now, sku: sku,
            sizeGB: sizeGB, securityType: machine.securityType, encryption: .platformKey, provisioning: .succeeded,
            state: .unattached, lastOwnershipUpdate: now, hydrated: now, contents: contents, guest: image?.guest)
        if role == .root { (disk.osType, disk.hyperVGeneration) = (machine.osDisk.osType, machine.hyperVGeneration) }
        place(disk)
    }

    mutating func completeCreation(of id: ResourceID) throws(AzureFault) {
        guard let machine = virtualMachines[id] else { return }
        if let limit = settings.quotas.allocatableCores, (usage[machine.location]?.allocatedCores ?? 0) > limit {
            throw .notAllocated
        }
        lendAddresses(to: id)
        _ = virtualMachines[id]?.power.started()
        _ = virtualMachines[id]?.provisioning.succeed()
        boot(id)
    }

    /// The machine stays as a resource that failed, without a host.
    mutating func failCreation(of id: ResourceID) {
        _ = virtualMachines[id]?.provisioning.fail()
        _ = virtualMachines[id]?.power.startFailed(backTo: .deallocated)
        giveUpHost(of: id)
    }
}

extension AzureFault {
    static let existingDiskWithImage = AzureFault(
        .invalidParameter, "Cannot attach an existing OS disk if the VM is created from a platform or user image.",
        target: "osDisk", rule: "AZ-082")
}
