import HashTreeCollections
package import LabCore
import SimulatedMachine

/// One file as `layoutEx.file[]` lists it.
package struct FileLayout: Hashable, Sendable {
    /// The file's number in the list.
    package let key: Int
    /// Its path.
    package let name: String
    /// What it is for: `config`, `diskDescriptor`, `diskExtent`, `snapshotData` ...
    package let type: String
    /// The room it takes up.
    package let size: ByteCount
}

extension VSphere {
    /// The files of a machine, in the order of their paths; a disk is a descriptor and an extent.
    ///
    /// `vm.layoutEx`.
    package func layout(of id: Moref<VirtualMachine>) throws(MethodFault) -> [FileLayout] {
        let vm = try virtualMachine(id)
        var layout: [FileLayout] = []
        for path in store.paths(in: vm.home.directory, on: vm.home.datastore) {
            guard let file = store[path] else { continue }
            if let link = file.disk {
                layout.append(
                    FileLayout(key: layout.count, name: path.description, type: "diskDescriptor", size: .zero))
                let extent = path.extent(of: link.format).description
                layout.append(FileLayout(key: layout.count, name: extent, type: file.kind.rawValue, size: file.size))
            } else {
                layout.append(
                    FileLayout(key: layout.count, name: path.description, type: file.kind.rawValue, size: file.size))
            }
        }
        return layout
    }

    /// The chain under each disk of a machine, base first.
    ///
    /// `vm.layoutEx.disk[].chain`.
    package func chains(of id: Moref<VirtualMachine>) throws(MethodFault) -> [Int: [FilePath]] {
        let vm = try virtualMachine(id)
        return Dictionary(vm.config.disks.map { ($0.key, store.chain(to: $0.path)) }) { first, _ in first }
    }

    /// The snapshots of a machine in the order in which clients see them, roots first.
    ///
    /// `vm.snapshot`.
    package func snapshotTree(
        of id: Moref<VirtualMachine>
    ) throws(MethodFault) -> (current: Moref<VirtualMachineSnapshot>?, nodes: [VirtualMachineSnapshot]) {
        let vm = try virtualMachine(id)
        return (vm.tree.current, vm.tree.inOrder.compactMap { vm.snapshots[$0] })
    }
}
