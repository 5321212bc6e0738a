import HashTreeCollections
package import LabCore
package import SimulatedMachine

/// What a new virtual disk is to be.
package struct NewVHD: Hashable, Sendable {
    package var path: FilePath
    package var type: VirtualHardDisk.Kind
    /// The room that a guest sees; a differencing disk has that of its parent.
    package var size: ByteCount
    /// The disk that it holds the differences to.
    package var parent: FilePath?
    /// What is on it from the start, as on a disk that was copied.
    package var content: Disk?

    package init(
        path: FilePath, type: VirtualHardDisk.Kind = .dynamic, size: ByteCount = .gibibytes(16),
        parent: FilePath? = nil, content: Disk? = nil
    ) {
        self.path = path
        self.type = type
        self.size = size
        self.parent = parent
        self.content = content
    }
}

extension HyperV {
    /// Makes a virtual disk.
    ///
    /// `New-VHD`.
    package mutating func newVHD(_ request: NewVHD) throws(HyperVFault) {
        try call("New-VHD", on: request.path.rawValue) { (plane) throws(HyperVFault) in
            try plane.create(request)
        }
    }

    mutating func create(_ request: NewVHD) throws(HyperVFault) {
        let path = request.path
        guard files[path] == nil else {
            throw HyperVFault(
                .operationFailed, "The system failed to create '\(path)': The file exists.",
                hresult: HResult.fileExists, rule: "HV-124")
        }
        let format: VirtualHardDisk.Format =
            switch path.ending {
            case "vhd", "avhd": .vhd
            case "vhds": .vhdSet
            default: .vhdx
            }
        let limit = format == .vhd ? settings.quotas.vhdSize : settings.quotas.vhdxSize
        guard request.size <= limit else {
            throw HyperVFault(
                .operationFailed, "The size of '\(path)' exceeds \(limit), the maximum of its format.", rule: "HV-134")
        }
        var disk = VirtualHardDisk(
            path: path, format: format, type: request.parent == nil ? request.type : .differencing,
            content: request.content ?? Disk(size: request.size), identifier: world.names.guid())
        if let parent = request.parent {
            guard !parent.isAVHDX else {
                throw HyperVFault(
                    .invalidParameter, "'\(parent)' belongs to a checkpoint and cannot be a parent.", rule: "HV-123")
            }
            let below = try file(parent)
            guard let content = content(of: parent) else { throw HyperVFault(.objectNotFound, "\(parent)") }
            disk.content = content
            disk.parent = parent
            disk.parentIdentifier = below.identifier
            disk.parentStamp = below.stamp
        }
        let needed = disk.type == .fixed ? disk.size : VirtualHardDisk.header + disk.content.writtenBytes
        let isSmall = disk.type == .differencing
        try requireRoom([(path, isSmall ? VirtualHardDisk.header : needed)], rule: "HV-026")
        place(disk)
    }
}
