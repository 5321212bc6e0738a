import HashTreeCollections
import LabCore
import SimulatedMachine

extension HyperV {
    /// Moves the virtual disks of a machine to another folder, with every layer that its checkpoints stand on.
    ///
    /// `Move-VMStorage`. Rule: HV-126.
    package mutating func moveVMStorage(_ id: VirtualMachine.ID, to folder: String) throws(HyperVFault) {
        try call("Move-VMStorage", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            if machine.job != nil { throw .busy(machine) }
            if machine.state.isTransitional { throw .state("HV-126") }
            let paths = plane.storage(of: machine)
            for path in paths {
                if let fault = plane.fault(inChainOf: path) { throw fault }
            }
            try plane.relocate(paths, to: folder)
            try plane.change(id) { $0.config.snapshotFileLocation = folder }
        }
    }

    /// Moves one file as a file manager does, and tells nobody: what names the file goes on naming the old place.
    ///
    /// `Move-Item`. Rule: HV-126.
    package mutating func moveItem(_ path: FilePath, to folder: String) throws(HyperVFault) {
        try call("Move-Item", on: path.rawValue) { (plane) throws(HyperVFault) in
            guard var file = plane.files[path] else {
                throw HyperVFault(.objectNotFound, "Cannot find path '\(path)' because it does not exist.")
            }
            if let owner = file.owner, plane.machines[owner]?.state != .off {
                throw .inUse(path, by: owner.rawValue, rule: "HV-126")
            }
            file.content = plane.content(of: path) ?? file.content
            file.owner = nil
            plane.volumes.occupy(at: path, instead: file.fileSize, .zero)
            plane.files[path] = nil
            file.path = FilePath(folder, path.name)
            file.children = []
            plane.files[file.path] = file
            plane.volumes.occupy(at: file.path, instead: .zero, file.fileSize)
        }
    }

    /// The files of a machine and of its checkpoints, leaves and all that they stand on.
    private func storage(of machine: Boxed<VirtualMachine>) -> [FilePath] {
        let attached = machine.configBox.drives.files
        guard settings.inferred.storageMovesTakeWholeChains else { return attached.sorted() }
        let kept = machine.tree.inOrder.compactMap { checkpoints[$0] }.flatMap { $0.configBox.drives.files }
        return Set((attached + kept).flatMap { chain(from: $0) }).sorted()
    }

    /// Puts files into another folder, under their names, and corrects whatever names them.
    private mutating func relocate(_ paths: [FilePath], to folder: String) throws(HyperVFault) {
        let targets = Dictionary(uniqueKeysWithValues: paths.map { ($0, FilePath(folder, $0.name)) })
        let volume = FilePath(folder, "").volume
        let needed = paths.filter { $0.volume != volume }.reduce(0) { $0 + (files[$1]?.fileSize.bytes ?? 0) }
        guard let room = volumes[volume], room.isAvailable, room.free.bytes >= needed else {
            throw HyperVFault(
                .operationFailed, "There is not enough space on the disk for the storage of the virtual machine.",
                hresult: HResult.diskFull, rule: "HV-126")
        }
        var moved: [Boxed<VirtualHardDisk>] = []
        for path in paths {
            guard var file = files[path] else { continue }
            volumes.occupy(at: path, instead: file.fileSize, .zero)
            files[path] = nil
            file.path = targets[path] ?? path
            moved.append(file)
        }
        for (old, file) in zip(paths, moved) {
            var file = file
            if let parent = file.parent, targets[parent] == nil {
                files[parent]?.children.removeAll { $0 == old }
                files[parent]?.children.append(file.path)
            }
            file.parent = file.parent.map { targets[$0] ?? $0 }
            file.children = file.children.map { targets[$0] ?? $0 }.sorted()
            files[file.path] = file
            volumes.occupy(at: file.path, instead: .zero, file.fileSize)
        }
        for id in machines.keys.sorted() { machines[id]?.wrappedValue.config.rename(targets) }
        for id in checkpoints.keys.sorted() { checkpoints[id]?.config.rename(targets) }
    }
}

extension Configuration {
    /// Says the new path of every virtual disk that was moved.
    fileprivate mutating func rename(_ targets: [FilePath: FilePath]) {
        for index in drives.indices {
            guard let path = drives[index].path, let target = targets[path] else { continue }
            drives[index].source = .file(target)
        }
    }
}
