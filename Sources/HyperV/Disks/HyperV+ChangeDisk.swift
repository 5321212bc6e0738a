import HashTreeCollections
package import LabCore
import SimulatedMachine

extension HyperV {
    /// Points a drive at another file, even at one that others stand on.
    ///
    /// `Set-VMHardDiskDrive -Path`. Rule: HV-125.
    package mutating func setVMHardDiskDrive(
        _ drive: HardDiskDrive, of id: VirtualMachine.ID, to path: FilePath
    ) throws(HyperVFault) {
        try call("Set-VMHardDiskDrive", on: id.rawValue) { (plane) throws(HyperVFault) in
            let machine = try plane.machine(id)
            guard machine.state == .off, machine.job == nil else { throw .state("HV-132") }
            let file = try plane.file(path)
            if !file.children.isEmpty, !plane.settings.inferred.allowsAttachingParents {
                throw .inUse(path, by: "its children", rule: "HV-125")
            }
            guard let index = machine.config.drives.firstIndex(where: { $0.isAtPlace(of: drive) }) else {
                throw HyperVFault(.objectNotFound, "There is no such hard disk drive.")
            }
            if let old = machine.config.drives[index].path { plane.putAway(old) }
            try plane.change(id) { machine in
                if let role = drive.role { _ = machine.hardware.detach(role) }
                machine.config.drives[index].source = .file(path)
            }
            guard let changed = plane.machines[id]?.configBox.drives[index] else { return }
            plane.mount(changed, in: id)
        }
    }

    /// Gives a virtual disk another size.
    ///
    /// `Resize-VHD`. Rules: HV-042, HV-120, HV-121 and HV-122.
    package mutating func resizeVHD(_ path: FilePath, to size: ByteCount) throws(HyperVFault) {
        try call("Resize-VHD", on: path.rawValue) { (plane) throws(HyperVFault) in
            let file = try plane.file(path)
            guard file.children.isEmpty, !path.isAVHDX else {
                throw HyperVFault(
                    .operationFailed, "'\(path)' is part of a chain of checkpoints and cannot be resized.",
                    rule: "HV-120")
            }
            if let owner = file.owner, let machine = plane.machines[owner], machine.state != .off {
                let drive = machine.config.drives.first { $0.path == path }
                guard drive?.controller == .scsi, file.format == .vhdx else {
                    throw .inUse(path, by: "machine \(owner)", rule: "HV-121")
                }
            }
            // The guest's partition fills its disk, so that the smallest size is the one it has.
            guard size >= file.size else {
                throw HyperVFault(
                    .operationFailed, "'\(path)' cannot become smaller than \(file.size).", rule: "HV-122")
            }
            guard size <= (file.format == .vhd ? plane.settings.quotas.vhdSize : plane.settings.quotas.vhdxSize) else {
                throw HyperVFault(.operationFailed, "\(size) is more than the format allows.", rule: "HV-134")
            }
            try plane.grow(file, to: size)
        }
    }

    private mutating func grow(_ file: VirtualHardDisk, to size: ByteCount) throws(HyperVFault) {
        files[file.path]?.content.grow(to: size)
        measure(file.path)
        guard let owner = file.owner, let machine = machines[owner], machine.state == .off,
            let role = machine.configBox.drives.role(of: file.path), var content = machine.hardware.disk(role)
        else { return }
        content.grow(to: size)
        machines[owner]?.wrappedValue.hardware.replaceDisk(role, with: content)
    }

    /// Tells a differencing disk who its parent is, whether or not their identifiers agree.
    ///
    /// `Set-VHD -ParentPath`, with `-IgnoreIdMismatch`.
    package mutating func setVHD(
        _ path: FilePath, parent: FilePath, ignoreIDMismatch: Bool = false
    ) throws(HyperVFault) {
        try call("Set-VHD", on: path.rawValue) { (plane) throws(HyperVFault) in
            let (file, below) = (try plane.file(path), try plane.file(parent))
            if let owner = file.owner, plane.machines[owner]?.state != .off {
                throw .inUse(path, by: "machine \(owner)", rule: "HV-073")
            }
            let agrees = file.parentIdentifier == below.identifier && file.parentStamp == below.stamp
            guard agrees || ignoreIDMismatch else {
                throw HyperVFault(
                    .operationFailed, "The identifiers of '\(path)' and '\(parent)' differ.",
                    hresult: HResult.parentMismatch, rule: "HV-101")
            }
            if let old = file.parent { plane.files[old]?.children.removeAll { $0 == path } }
            plane.files[path]?.parent = parent
            plane.files[path]?.parentIdentifier = below.identifier
            plane.files[path]?.parentStamp = below.stamp
            plane.files[parent]?.children.append(path)
            plane.files[parent]?.children.sort()
        }
    }
}
