import HashTreeCollections
public import Hypervisor
import LabCore

extension VSphere {
    /// The snapshots of a machine, oldest first.
    public func snapshots(of machine: MachineID) throws(Refusal) -> [Hypervisor.Snapshot] {
        let vm = try labMachine(machine)
        return vm.tree.nodes.sorted { $0.value.number < $1.value.number }
            .compactMap { vm.snapshots[$0.key] }
            .map { describe($0, of: vm, notes: []) }
    }

    /// A snapshot in the words that all platforms share.
    func describe(
        _ snapshot: VirtualMachineSnapshot, of vm: VirtualMachine, notes: [Note]
    ) -> Hypervisor.Snapshot {
        let files = [snapshot.dataFile, snapshot.memoryFile].compactMap(\.self)
        let isPartial = snapshot.config.disks.contains { $0.role == .root && $0.mode.isIndependent }
        return Hypervisor.Snapshot(
            id: Hypervisor.Snapshot.ID(rawValue: snapshot.id.value), name: snapshot.name.unescapedForSnapshots,
            machine: MachineID(rawValue: vm.id.value), instant: snapshot.createTime,
            disks: snapshot.config.dependentDisks.compactMap(\.role).sorted(), holdsMemory: snapshot.memory != nil,
            isQuiesced: snapshot.isQuiesced, state: .ready,
            method: isPartial ? ProviderMethod.independentRoot : ProviderMethod.snapshot,
            storedBytes: files.reduce(.zero) { $0 + (store[$1]?.size ?? .zero) }, notes: notes)
    }

    /// Removes one snapshot, and merges what that left behind.
    public mutating func deleteSnapshot(
        _ snapshot: Hypervisor.Snapshot.ID, of machine: MachineID
    ) throws(Refusal) {
        let vm = try labMachine(machine)
        let id = Moref<VirtualMachineSnapshot>(snapshot.rawValue)
        let remove = { (plane: inout VSphere) throws(MethodFault) in
            try plane.removeSnapshot(id, removeChildren: false)
        }
        do throws(Refusal) {
            try run("RemoveSnapshot_Task", on: vm.id, remove)
        } catch {
            guard error.kind == .failed else { throw error }
            if virtualMachines[vm.id]?.snapshots[id] != nil {  // As vSAN does once; see VMW-101.
                try run("RemoveSnapshot_Task", on: vm.id, remove)
            } else {
                try consolidate(vm.id)
            }
        }
        try bringRootBack(of: vm.id)
    }

    /// Runs ConsolidateVMDisks_Task where deltas were left.
    private mutating func consolidate(_ id: Moref<VirtualMachine>) throws(Refusal) {
        try run("ConsolidateVMDisks_Task", on: id) { (plane) throws(MethodFault) in
            try plane.consolidateDisks(of: id)
        }
    }

    /// Makes a root disk that was left out of snapshots part of them again, as soon as the machine is off and has none.
    private mutating func bringRootBack(of id: Moref<VirtualMachine>) throws(Refusal) {
        guard provider.independentRoots.contains(id), let vm = virtualMachines[id], vm.tree.isEmpty,
            vm.power.state == .poweredOff, let root = vm.config.disks.first(where: { $0.role == .root })
        else { return }
        try setMode(.persistent, ofDisk: root.key, of: id)
        provider.independentRoots.remove(id)
    }
}

extension String {
    /// The text that was escaped for a snapshot's name.
    var unescapedForSnapshots: String {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
