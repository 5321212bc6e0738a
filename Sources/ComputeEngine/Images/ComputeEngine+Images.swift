import HashTreeCollections
package import Hypervisor
import LabCore
import SimulatedMachine

/// What images.insert is asked for: one of a disk, a snapshot and an image.
package struct InsertImage: Hashable, Sendable {
    package var name: String
    package var sourceDisk: String?
    package var sourceSnapshot: String?
    package var sourceImage: String?
    /// Take the disk although a running instance writes to it.
    ///
    /// Rule: GCE-098.
    package var forceCreate = false

    package init(name: String, sourceDisk: String? = nil, sourceSnapshot: String? = nil, sourceImage: String? = nil) {
        self.name = name
        self.sourceDisk = sourceDisk
        self.sourceSnapshot = sourceSnapshot
        self.sourceImage = sourceImage
    }
}

extension ComputeEngine {
    /// images.insert.
    package mutating func insertImage(_ request: InsertImage, requestID: String? = nil) throws(ComputeFault)
        -> Operation
    {
        let call = Request.insertImage(request)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let path = try plane.newPath(.images, .global, request.name)
            let source: DiskSource
            switch (request.sourceDisk, request.sourceSnapshot, request.sourceImage) {
            case (let reference?, nil, nil): source = try plane.imageableDisk(reference, request)
            case (nil, let reference?, nil): source = try plane.snapshotSource(reference)
            case (nil, nil, let reference?): source = try plane.imageSource(reference)
            default: throw .severalSources
            }
            let image = plane.makeImage(path, from: source)
            return plane.accept(
                call, in: .global, on: path, id: image.id.rawValue, .insertImage(image.id),
                lasting: plane.settings.timings.snapshotUpload
                    + source.contents.writtenBytes.time(at: plane.settings.timings.uploadRate))
        }
    }

    /// A disk that is at rest, or is to be taken in spite of being written to.
    ///
    /// Rule: GCE-098.
    private func imageableDisk(_ reference: String, _ request: InsertImage) throws(ComputeFault) -> DiskSource {
        let (id, path) = try resolve(reference, field: "resource.sourceDisk", PersistentDisk.self)
        guard let disk = disks[id], disk.state == .ready else { throw .notReady(path, rule: "GCE-046") }
        let user = disk.users.compactMap { instances[$0] }.first { $0.state == .running }
        if let user, !request.forceCreate { throw .inUse(disk.path, by: user.path, rule: "GCE-098") }
        return DiskSource(
            collection: .disks, sizeGB: disk.sizeGB, contents: contents(of: disk), guest: disk.guest)
    }

    private mutating func makeImage(_ path: ResourcePath, from source: DiskSource) -> Image {
        let image = Image(
            id: .init(rawValue: makeNumber()), path: path, created: now, diskSizeGB: source.sizeGB,
            contents: source.contents, guest: source.guest)
        images[image.id] = image
        names[path] = image.id.rawValue
        return image
    }

    mutating func completeInsert(of id: Image.ID) { _ = images[id]?.state.made() }

    /// images.delete.
    package mutating func deleteImage(_ name: String, requestID: String? = nil) throws(ComputeFault) -> Operation {
        let call = Request.deleteImage(name)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let id: Image.ID = try plane.find(name, in: .global) { plane.images[$0] != nil }
            guard var image = plane.images[id] else { throw .notFound(name) }
            do {
                try image.state.delete()
            } catch {
                throw .notReady(image.path)
            }
            plane.images[id] = image
            return plane.accept(
                call, in: .global, on: image.path, id: id.rawValue, .deleteImage(id),
                lasting: plane.settings.timings.snapshotDelete)
        }
    }

    mutating func remove(_ id: Image.ID) {
        guard let image = images.remove(id) else { return }
        free(image.path, id.rawValue)
    }

    /// Publishes the disks of a freshly installed appliance as images of another project, once for each kind of machine.
    ///
    /// - Returns: references to them, by the role of the disk.
    package mutating func publishImages(for spec: MachineSpec, runsSnapshotScripts: Bool) -> [DiskRole: String] {
        var stem = spec
        stem.name = spec.appliance.rawValue
        var hasher = StableHasher()
        for disk in stem.disks {
            hasher.combine(disk.role.rawValue)
            hasher.combine(UInt64(disk.size.bytes))
        }
        hasher.combine("\(stem.version) \(stem.layout) \(runsSnapshotScripts)")
        hasher.combine(UInt64(stem.memory.bytes))
        let digest = hasher.digest()
        let seed = hasher.finalize()
        var references: [DiskRole: String] = [:]
        var installed: [DiskRole: Disk]?
        for disk in spec.disks {
            let name = "\(spec.appliance.rawValue)-\(disk.role.rawValue)-\(digest)"
            let path = ResourcePath(project: settings.imageProject, scope: .global, collection: .images, name: name)
            references[disk.role] = path.description
            guard names[path] == nil else { continue }
            let contents = installed ?? SimulatedMachine.installedDisks(for: stem, seed: seed)
            installed = contents
            let guest = Guest(
                spec: spec, family: seed, runsSnapshotScripts: runsSnapshotScripts, licenses: [spec.appliance.rawValue])
            let source = DiskSource(
                collection: .images, sizeGB: disk.size.gibibytesRoundedUp,
                contents: contents[disk.role] ?? Disk(size: disk.size), guest: disk.role == .root ? guest : nil)
            let image = makeImage(path, from: source)
            images[image.id]?.state = .ready
        }
        return references
    }
}
