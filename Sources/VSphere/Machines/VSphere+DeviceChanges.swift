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

    func index(of key: Int, in id: Moref<VirtualMachine>) throws(MethodFault) -> Int {
        guard let index = try virtualMachine(id).config.disks.firstIndex(where: { $0.key == key }) else {
            throw MethodFault(.invalidDeviceSpec(device: key, why: "There is no such disk."))
        }
        return index
    }
}
