import HashTreeCollections
import LabCore
import Hypervisor
import SimulatedMachine

/// The arguments of `CloneVM_Task`.
package struct CloneSpec: Hashable, Sendable {
    /// The name of the new machine.
    package var name: String
    /// The snapshot to start from; nothing for the machine as it is.
    package var snapshot: Moref<VirtualMachineSnapshot>?
    /// Whether the new machine's disks stand on the old one's files: `createNewChildDiskBacking`.
    package var isLinked = false
    /// Whether the new machine wakes up with the snapshot's memory.
    package var memory = false
    /// Whether it is switched on.
    package var powerOn = false

    /// Makes the arguments of a full clone.
    package init(name: String, snapshot: Moref<VirtualMachineSnapshot>? = nil) {
        self.name = name
        self.snapshot = snapshot
    }
}

extension VSphere {
    /// Makes a new machine from a machine or from one of its snapshots.
    ///
    /// `CloneVM_Task`.
    package mutating func cloneVM(
        _ vm: Moref<VirtualMachine>, _ spec: CloneSpec
    ) throws(MethodFault) -> Moref<TaskInfo> {
        try submit(.clone(spec), to: vm) { (plane, _) throws(MethodFault) in
            guard plane.settings.endpoint == .vCenter else {
                throw MethodFault(.notSupported(why: "a host of its own cannot clone"), rule: "VMW-153")
            }
        }
    }

    func beginClone(of id: Moref<VirtualMachine>, _ spec: CloneSpec) throws(MethodFault) -> Duration {
        let vm = try virtualMachine(id)
        if let snapshot = spec.snapshot { _ = try self.snapshot(snapshot) }
        if spec.isLinked, spec.snapshot == nil {
            switch settings.inferred.linkedCloneNeedsSnapshotFault {
            case .invalidArgument: throw MethodFault(.invalidArgument(property: "spec.snapshot"), rule: "VMW-138")
            case .notSupported: throw MethodFault(.notSupported(why: "no snapshot is named"), rule: "VMW-138")
            }
        }
        let isFixed = { (disk: VirtualDisk) in disk.backing == .mappedPhysical || disk.mode.isIndependent }
        if vm.power.state == .poweredOn, vm.config.disks.contains(where: isFixed) {
            throw MethodFault(.systemError(why: "the file is in use by the running machine"), rule: "VMW-141")
        }
        var rehearsal = self
        _ = try rehearsal.finishClone(of: id, spec)
        let copied = ByteCount(rehearsal.used - used)
        return settings.timings.create + (spec.isLinked ? .zero : copied.time(at: settings.timings.copyRate))
    }

    /// The room taken up on all datastores.
    private var used: Int64 { store.datastores.values.reduce(0) { $0 + $1.used.bytes } }

    /// Copies the machine as it was at the snapshot, configuration and all; the copy has no snapshots.
    ///
    /// Rule: VMW-137.
    mutating func finishClone(
        of id: Moref<VirtualMachine>, _ spec: CloneSpec
    ) throws(MethodFault) -> Moref<VirtualMachine> {
        let source = try virtualMachine(id)
        let snapshot = try spec.snapshot.map { (id) throws(MethodFault) in try self.snapshot(id).snapshot }
        let clone = try addMachine(source.spec, named: spec.name, on: source.home.datastore, host: source.host)
        let config = snapshot?.config ?? source.config
        try change(clone) { vm in
            let made = vm.config
            vm.config = config
            vm.config.name = made.name
            vm.config.uuid = made.uuid
            vm.config.instanceUUID = made.instanceUUID
            vm.config.changeVersion = made.changeVersion
            vm.config.modified = made.modified
            vm.config.disks = []
            vm.config.nics = []
            vm.tools.isInstalled = source.tools.isInstalled
            vm.hardware.outside = source.hardware.outside
        }
        for disk in config.disks { try copy(disk, to: clone, isLinked: spec.isLinked) }
        let memory = spec.memory ? snapshot?.memory : nil  // Rule: VMW-140.
        for nic in config.nics where memory == nil || !nic.addressIsGenerated {
            try addNIC(network: nic.network, address: nic.addressIsGenerated ? nil : nic.hardwareAddress, to: clone)
        }
        if let memory { try wake(clone, with: memory, boot: snapshot?.bootTime ?? now) }
        if spec.powerOn {
            _ = try beginPowerOn(clone, host: nil)
            try finishPowerOn(clone, host: nil)
        }
        note(clone, "cloned from \(spec.snapshot?.value ?? id.value)")
        return clone
    }

    private mutating func copy(
        _ disk: VirtualDisk, to clone: Moref<VirtualMachine>, isLinked: Bool
    ) throws(MethodFault) {
        guard let content = store.content(of: disk.path) else {
            throw MethodFault(.fileNotFound(file: disk.path.description))
        }
        var copy = disk
        if isLinked, !disk.mode.isIndependent {
            copy.path = try openDelta(on: disk.path, for: try virtualMachine(clone))
        } else {
            let isThick = store[disk.path]?.disk?.format == .thick
            copy = try makeDisk(content, thin: !isThick, role: disk.role, mode: disk.mode, in: clone)
            copy.key = disk.key
        }
        try install(copy, in: clone)
    }

    /// Gives a clone the memory of its snapshot; it sleeps until it is switched on.
    private mutating func wake(
        _ id: Moref<VirtualMachine>, with memory: Memory, boot: Instant
    ) throws(MethodFault) {
        let now = now
        let vm = try virtualMachine(id)
        try store.create(vm.suspendPath, StoredFile(.suspendMemory, size: vm.config.memory))
        try change(id) { vm in
            vm.hardware.restore(memory: memory, at: now)
            vm.hardware.suspend(at: now)
            vm.power = .suspended(boot: boot, since: now)
        }
    }
}
