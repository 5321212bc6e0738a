import LabCore
import SimulatedMachine

extension SnapshotSpec {
    /// Refuses an empty name and a `%` that begins no escape; a name that is taken is as good as another.
    ///
    /// Rule: VMW-020.
    func checkName() throws(MethodFault) {
        guard !name.isEmpty else { throw MethodFault(.invalidName(name: name), rule: "VMW-022") }
        guard name.isEscaped else { throw MethodFault(.invalidName(name: name), rule: "VMW-021") }
    }
}

extension String {
    /// Whether each `%` is followed by two hexadecimal digits.
    var isEscaped: Bool {
        let bytes = Array(utf8)
        return bytes.indices.allSatisfy { index in
            guard bytes[index] == UInt8(ascii: "%") else { return true }
            return index + 2 < bytes.count && bytes[(index + 1)...(index + 2)].allSatisfy(\.isHexadecimal)
        }
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}

extension VSphere {
    /// Refuses one snapshot too many.
    func checkCount(of vm: VirtualMachine) throws(MethodFault) {
        if vm.config.snapshotLocked { throw MethodFault(.snapshotLocked, rule: "VMW-040") }
        guard settings.multipleSnapshotsSupported || vm.tree.isEmpty else {
            throw MethodFault(.multipleSnapshotsNotSupported, rule: "VMW-039")
        }
        guard vm.tree.path(to: vm.tree.current).count < settings.quotas.maxSnapshotLevels else {
            throw MethodFault(.tooManySnapshotLevels, rule: "VMW-037")
        }
        guard let limit = vm.config.extraConfig["snapshot.maxSnapshots"].flatMap(Int.init),
            vm.tree.nodes.count >= min(limit, 496)
        else { return }
        let isSingle = limit == 1 && settings.inferred.singleSnapshotHasOwnFault
        throw MethodFault(isSingle ? .multipleSnapshotsNotSupported : .tooManySnapshotLevels, rule: "VMW-038")
    }

    /// Refuses devices that no snapshot can capture.
    func checkDevices(of vm: VirtualMachine, memory: Bool) throws(MethodFault) {
        for disk in vm.config.dependentDisks {  // Independent ones are left out, whoever writes to them. Rule: VMW-034.
            if disk.backing == .mappedPhysical {  // A virtual mapping is a disk like others. Rule: VMW-032.
                throw MethodFault(
                    .snapshotIncompatibleDevice(device: disk.path.name, cause: "PhysCompatRDMNotSupported"),
                    rule: "VMW-031")
            }
            if disk.isMultiWriter {
                throw MethodFault(
                    .snapshotIncompatibleDevice(device: disk.path.name, cause: "SharedBusControllerNotSupported"),
                    rule: "VMW-033")
            }
        }
        if let shared = vm.config.controllers.first(where: { $0.sharing != .notShared }) {
            throw MethodFault(
                .snapshotIncompatibleDevice(device: "\(shared.key)", cause: "SharedBusControllerNotSupported"),
                rule: "VMW-033")
        }
        if let device = vm.config.passthrough.first {
            throw MethodFault(
                .snapshotIncompatibleDevice(device: device, cause: "DeviceNotSupported"), rule: "VMW-035")
        }
        guard vm.power.state != .poweredOff, vm.config.disks.contains(where: \.mode.isIndependent) else { return }
        if memory { throw MethodFault(.memorySnapshotOnIndependentDisk, rule: "VMW-029") }
        if settings.eras.independentDiskNeedsPowerOff {
            throw MethodFault(.invalidPowerState(requested: .poweredOff, existing: vm.power.state), rule: "VMW-030")
        }
    }
}
