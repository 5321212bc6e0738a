import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension VSphere {
    /// Does one change of a device.
    mutating func apply(_ deviceChange: DeviceChange, to id: Moref<VirtualMachine>) throws(MethodFault) {
        switch deviceChange {
        case .addDisk(let size, let role, let mode, let thin):
            let disk = try makeDisk(Disk(size: size), thin: thin, role: role, mode: mode, in: id)
            try install(disk, in: id)
        case .attachDisk(let path, let role, let mode): try attachDisk(path, role: role, mode: mode, to: id)
        case .mapDevice(let size, let physical, let mode):
            var disk = try makeDisk(Disk(size: size), thin: true, role: nil, mode: mode, in: id)
            disk.backing = physical ? .mappedPhysical : .mappedVirtual
            try install(disk, in: id)
        case .removeDisk(let key, let destroyFile): try removeDisk(key, destroyFile: destroyFile, from: id)
        case .resizeDisk(let key, let size): try resizeDisk(key, to: size, in: id)
        case .setDiskMode(let key, let mode): try setMode(of: key, to: mode, in: id)
        case .setMultiWriter(let key, let isMultiWriter):
            let index = try self.index(of: key, in: id)
            try change(id) { vm in vm.config.disks[index].isMultiWriter = isMultiWriter }
        case .addController(let sharing): try addController(sharing, to: id)
        case .removeController(let key):
            try change(id) { vm in vm.config.controllers.removeAll { $0.key == key } }
        case .addPassthrough(let device): try change(id) { vm in vm.config.passthrough.append(device) }
        case .addNIC(let network, let address): try addNIC(network: network, address: address, to: id)
        case .removeNIC(let key): try change(id) { vm in vm.config.nics.removeAll { $0.key == key } }
        }
    }

    /// Writes the file of a new disk in the machine's directory and names it for a configuration.
    mutating func makeDisk(
        _ content: Disk, thin: Bool, role: DiskRole?, mode: DiskMode, in id: Moref<VirtualMachine>
    ) throws(MethodFault) -> VirtualDisk {
        let vm = try virtualMachine(id)
        var path = vm.file(".vmdk")
        var number = 0
        while store[path] != nil {
            number += 1
            path = vm.file("_\(number).vmdk")
        }
        let link = DiskLink(format: thin ? .thin : .thick, content: content)
        try store.create(path, StoredFile(.diskExtent, size: link.size(above: nil), disk: link))
        return VirtualDisk(
            key: vm.config.nextDiskKey, role: role, capacity: content.size, mode: mode, backing: .flat, path: path)
    }

    /// Puts a disk into the configuration and, where the guest knows it, into the hardware.
    mutating func install(_ disk: VirtualDisk, in id: Moref<VirtualMachine>) throws(MethodFault) {
        if let role = disk.role, try virtualMachine(id).hardware.disk(role) != nil {
            throw MethodFault(
                .invalidDeviceSpec(device: disk.key, why: "The machine has a \(role.rawValue) disk already."))
        }
        try mount(disk, in: id)
        try change(id) { vm in vm.config.disks.append(disk) }
    }

    private mutating func attachDisk(
        _ path: FilePath, role: DiskRole?, mode: DiskMode, to id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let vm = try virtualMachine(id)
        guard let link = store[path]?.disk else { throw MethodFault(.fileNotFound(file: path.description)) }
        guard link.children.isEmpty else { throw MethodFault(.fileLocked(file: path.description)) }
        let disk = VirtualDisk(
            key: vm.config.nextDiskKey, role: role, capacity: link.content.size, mode: mode, backing: .flat, path: path)
        try change(id) { vm in vm.detached.removeAll { $0 == path } }
        try install(disk, in: id)
    }

    /// Takes a disk out.
    ///
    /// Files that a snapshot needs stay, whatever was asked for. Rule: VMW-114.
    private mutating func removeDisk(
        _ key: Int, destroyFile: Bool, from id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let index = try self.index(of: key, in: id)
        let disk = try virtualMachine(id).config.disks[index]
        let isReferenced = store[disk.path]?.disk?.parent != nil
        if isReferenced, !settings.referencedDiskCanBeRemoved {
            throw MethodFault(
                .invalidDeviceOperation(device: key, why: "A snapshot refers to the disk."), rule: "VMW-114")
        }
        try change(id) { vm in
            if let role = disk.role { _ = vm.hardware.detach(role) }
            vm.config.disks.remove(at: index)
            if !destroyFile { vm.detached.append(disk.path) }
        }
        let heads = try virtualMachine(id).snapshotHeads
        if destroyFile, store[disk.path]?.disk?.children.isEmpty == true, !heads.contains(disk.path) {
            store.delete(disk.path)  // Rule: VMW-113.
        }
    }

    private mutating func resizeDisk(
        _ key: Int, to size: ByteCount, in id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let index = try self.index(of: key, in: id)
        let vm = try virtualMachine(id)
        let disk = vm.config.disks[index]
        guard size >= disk.capacity else {
            throw MethodFault(.invalidDeviceSpec(device: key, why: "A disk never shrinks."), rule: "VMW-112")
        }
        let hasParent = store[disk.path]?.disk?.parent != nil
        if hasParent, vm.power.state != .poweredOff {
            let why = "Hot-extend is supported only for flat disks without snapshots."
            throw MethodFault(.genericVMConfigFault(why: why), rule: "VMW-111")
        }
        if hasParent {
            throw MethodFault(
                .invalidDeviceOperation(device: 0, why: "Disks with parents cannot be expanded."), rule: "VMW-110")
        }
        let growth = ByteCount(size.bytes - disk.capacity.bytes)
        if store[disk.path]?.disk?.format == .thick { try store.demand(growth, for: disk.path) }
        store.grow(disk.path, to: size)
        try change(id) { vm in
            vm.config.disks[index].capacity = size
            guard let role = disk.role, var content = vm.hardware.detach(role) else { return }
            content.grow(to: size)
            vm.hardware.attach(content, as: role)
        }
    }

    private mutating func setMode(
        of key: Int, to mode: DiskMode, in id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let index = try self.index(of: key, in: id)
        let vm = try virtualMachine(id)
        let changesIndependence = vm.config.disks[index].mode.isIndependent != mode.isIndependent
        if changesIndependence, !vm.tree.isEmpty, !settings.modeChangesWithSnapshots {
            throw MethodFault(
                .invalidDeviceSpec(device: key, why: "The mode cannot change while there are snapshots."),
                rule: "VMW-115")
        }
        guard vm.power.state == .poweredOff else {
            throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state))
        }
        try change(id) { vm in vm.config.disks[index].mode = mode }
    }

    private mutating func addController(
        _ sharing: VirtualController.Sharing, to id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let vm = try virtualMachine(id)
        let key = (vm.config.controllers.map(\.key).max() ?? 999) + 1
        guard sharing == .notShared || vm.tree.isEmpty else {
            throw MethodFault(.sharedBusControllerNotSupported(device: key), rule: "VMW-116")
        }
        try change(id) { vm in vm.config.controllers.append(VirtualController(key: key, sharing: sharing)) }
    }

    mutating func addNIC(
        network: String, address: String?, to id: Moref<VirtualMachine>
    ) throws(MethodFault) {
        let made = address ?? world.names.hardwareAddress(under: "00:50:56")
        if leases[made] == nil { leases[made] = world.names.address(under: "10.20") }
        try change(id) { vm in
            let key = (vm.config.nics.map(\.key).max() ?? 3999) + 1
            vm.config.nics.append(
                VirtualEthernetCard(
                    key: key, hardwareAddress: made, addressIsGenerated: address == nil, network: network))
        }
    }

    private func index(of key: Int, in id: Moref<VirtualMachine>) throws(MethodFault) -> Int {
        guard let index = try virtualMachine(id).config.disks.firstIndex(where: { $0.key == key }) else {
            throw MethodFault(.invalidDeviceSpec(device: key, why: "There is no such disk."))
        }
        return index
    }
}

extension Configuration {
    /// The key of the next disk.
    var nextDiskKey: Int { (disks.map(\.key).max() ?? 1999) + 1 }
}
