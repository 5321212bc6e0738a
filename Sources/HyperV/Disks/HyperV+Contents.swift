import HashTreeCollections
import Hypervisor
import LabCore
package import SimulatedMachine

extension HyperV {
    /// What a reader of a virtual disk finds at this moment.
    package func content(of path: FilePath) -> Disk? {
        files[path].map { content(of: $0) }
    }

    /// What is on the disks of a machine at this moment, one for each drive; nothing where it has no virtual disk.
    func contents(of machine: Boxed<VirtualMachine>) -> [Disk?] {
        machine.configBox.drives.map { drive in drive.path.flatMap { content(of: $0) } }
    }

    private func content(of file: Boxed<VirtualHardDisk>) -> Disk {
        guard let owner = file.owner, let machine = machines[owner],
            let role = machine.configBox.drives.role(of: file.path)
        else { return file.content }
        return machine.hardwareBox.wrappedValue.disk(role) ?? file.content
    }

    /// Puts a new file on its volume.
    mutating func place(_ new: VirtualHardDisk) {
        let path = new.path
        var file = Boxed(new)
        file.fileSize = allocation(of: file, holding: file.content)
        volumes.occupy(at: path, instead: .zero, file.fileSize)
        if let parent = file.parent {
            files[parent]?.change { parent in
                parent.children.append(path)
                parent.children.sort()
            }
        }
        files[path] = file
    }

    /// Takes a file away.
    mutating func erase(_ path: FilePath) {
        guard let file = files[path] else { return }
        volumes.occupy(at: path, instead: file.fileSize, .zero)
        if let parent = file.parent { files[parent]?.children.removeAll { $0 == path } }
        files[path] = nil
    }

    /// Writes down how much room a file takes up now.
    mutating func measure(_ path: FilePath) {
        guard let (old, new) = sizes(of: path), old != new else { return }
        volumes.occupy(at: path, instead: old, new)
        files[path]?.fileSize = new
    }

    /// The room that is written down of a file, and that it takes up now.
    private func sizes(of path: FilePath) -> (old: ByteCount, new: ByteCount)? {
        files[path].map { ($0.fileSize, allocation(of: $0, holding: content(of: $0))) }
    }

    /// The room that a file takes up: all of it when fixed, what was written when it grows.
    ///
    /// Rule: HV-029.
    private func allocation(of file: Boxed<VirtualHardDisk>, holding content: Disk) -> ByteCount {
        switch file.type {
        case .fixed: return content.size
        case .dynamic: return VirtualHardDisk.header + content.writtenBytes
        case .differencing:
            guard let parent = file.parent.flatMap({ files[$0]?.content }) else { return VirtualHardDisk.header }
            let units = content.changedBlockCount(since: parent, granularity: VirtualHardDisk.blocksPerUnit)
            return VirtualHardDisk.header
                + ByteCount(Int64(units * VirtualHardDisk.blocksPerUnit) * Disk.blockSize.bytes)
        }
    }

    /// Puts a file with memory on its volume.
    mutating func placeState(_ path: FilePath, _ size: ByteCount) {
        volumes.occupy(at: path, instead: stateFiles[path] ?? .zero, size)
        stateFiles[path] = size
    }

    /// Takes a file with memory away.
    mutating func eraseState(_ path: FilePath?) {
        guard let path, let size = stateFiles[path] else { return }
        volumes.occupy(at: path, instead: size, .zero)
        stateFiles[path] = nil
    }

    // MARK: Machines and files

    /// Gives a machine's hardware the contents of a file.
    mutating func mount(_ drive: HardDiskDrive, in id: VirtualMachine.ID) {
        guard let path = drive.path, let content = files[path]?.content else { return }
        files[path]?.owner = id
        guard let role = drive.role else { return }
        machines[id]?.change { machine in machine.insert(content, as: role) }
    }

    /// Puts the contents of a machine's disk back into its file.
    mutating func putAway(_ path: FilePath) {
        guard let content = content(of: path) else { return }
        files[path]?.change { $0.put(content) }
        measure(path)
    }

    /// Opens a differencing disk beside its parent.
    ///
    /// Rule: HV-027.
    mutating func openLeaf(
        on parent: FilePath, holding content: Disk, for owner: VirtualMachine.ID? = nil
    ) -> FilePath {
        let below = files[parent]
        var base = parent
        while base.isAVHDX, let next = files[base]?.parent { base = next }
        let ending = below?.format == .vhd ? ".avhd" : ".avhdx"
        let path = parent.sibling(base, suffix: String(joining: "_", world.names.guid().text(uppercase: true), ending))
        var leaf = VirtualHardDisk(
            path: path, format: below?.format ?? .vhdx, type: .differencing, content: content,
            identifier: world.names.guid())
        leaf.parent = parent
        leaf.parentIdentifier = below?.identifier
        leaf.parentStamp = below?.stamp ?? 0
        leaf.owner = owner
        place(leaf)
        return path
    }

    // MARK: Chains

    /// A file and all that it stands on, the leaf first.
    package func chain(from path: FilePath) -> [FilePath] {
        var chain: [FilePath] = []
        var next: FilePath? = path
        while let path = next {
            chain.append(path)
            next = files[path]?.parent
        }
        return chain
    }

    /// What is wrong with a file or with anything that it stands on; nothing when it can be opened.
    ///
    /// Rules: HV-072 and HV-101.
    func fault(inChainOf path: FilePath) -> HyperVFault? {
        var next: FilePath? = path
        while let path = next {
            next = files[path]?.parent
            guard volumes[of: path]?.isAvailable != false, let file = files[path] else {
                return HyperVFault(
                    .operationFailed, "The system cannot find the file specified: '\(path)'.",
                    hresult: HResult.fileNotFound, rule: "HV-072")
            }
            if let holder = file.holder {
                return HyperVFault(
                    .operationFailed,
                    "The process cannot access the file '\(path)': it is being used by another process (\(holder)).",
                    hresult: HResult.sharingViolation, rule: "HV-073")
            }
            guard let parent = file.parent, let below = files[parent] else { continue }
            guard file.parentIdentifier == below.identifier, file.parentStamp == below.stamp else {
                return HyperVFault(
                    .operationFailed,
                    "The chain of virtual hard disks is corrupted: the identifiers of '\(path)' and its parent differ.",
                    hresult: HResult.parentMismatch, rule: "HV-101")
            }
        }
        return nil
    }
}
