package import HashTreeCollections
import LabCore
package import SimulatedMachine

/// All files on all datastores, with the room they take up, and the disk chains that run through them.
package struct FileStore: Hashable, Sendable {
    /// The files by path.
    package private(set) var files: TreeDictionary<FilePath, StoredFile> = [:]
    /// The files of each directory, by the path of the directory.
    private var directories: TreeDictionary<FilePath, TreeSet<FilePath>> = [:]
    /// The datastores by name.
    package private(set) var datastores: TreeDictionary<String, Datastore> = [:]

    /// Makes a store without datastores.
    package init() {}

    package subscript(path: FilePath) -> StoredFile? { files[path] }

    /// Adds a datastore.
    mutating func add(_ datastore: Datastore) { datastores[datastore.name] = datastore }

    /// Changes what is not a matter of files: capacity and access.
    mutating func change(_ datastore: String, _ change: (inout Datastore) -> Void) {
        guard var value = datastores[datastore] else { return }
        change(&value)
        datastores[datastore] = value
    }

    /// The paths under a directory, sorted.
    package func paths(in directory: String, on datastore: String) -> [FilePath] {
        (directories[FilePath(datastore, directory, "")] ?? []).sorted()
    }

    /// Refuses what the datastore cannot hold.
    ///
    /// Rule: VMW-051.
    func demand(_ size: ByteCount, for path: FilePath, rule: RuleID = "VMW-051") throws(MethodFault) {
        guard let datastore = datastores[path.datastore], datastore.freeSpace >= size else {
            throw MethodFault(.noDiskSpace(datastore: path.datastore, file: path.description), rule: rule)
        }
    }

    /// Writes a new file.
    ///
    /// - Throws: `FileAlreadyExists`, `NoDiskSpace`.
    mutating func create(_ path: FilePath, _ file: StoredFile) throws(MethodFault) {
        guard files[path] == nil else {
            throw MethodFault(.fileAlreadyExists(file: path.description), rule: "VMW-052")
        }
        try demand(file.size, for: path)
        enter(path, file)
        account(.zero, file.size, on: path.datastore)
    }

    private mutating func enter(_ path: FilePath, _ file: StoredFile?) {
        files[path] = file
        let directory = FilePath(path.datastore, path.directory, "")
        if file != nil {
            directories[directory, default: []].insert(path)
        } else {
            directories[directory]?.remove(path)
        }
        if directories[directory]?.isEmpty == true { directories[directory] = nil }
    }

    /// Lets a file grow or shrink, whatever room there is; see ``isOverfull(_:)``.
    mutating func resize(_ path: FilePath, to size: ByteCount) {
        guard let old = files[path]?.size, old != size else { return }
        files[path]?.size = size
        account(old, size, on: path.datastore)
    }

    /// Deletes a file, if it is there, and takes it out of its chain.
    mutating func delete(_ path: FilePath) {
        guard let file = files[path] else { return }
        if let parent = file.disk?.parent { files[parent]?.disk?.children.removeAll { $0 == path } }
        enter(path, nil)
        account(file.size, .zero, on: path.datastore)
    }

    /// Locks or unlocks a file.
    mutating func lock(_ path: FilePath, by owner: String?) { files[path]?.lockedBy = owner }

    /// Whether more is stored than there is room for.
    func isOverfull(_ datastore: String) -> Bool {
        datastores[datastore].map { $0.used > $0.capacity } ?? false
    }

    /// Forgets everything on a datastore, as when its storage is lost.
    ///
    /// Rule: VMW-144.
    mutating func lose(_ datastore: String) {
        for path in files.keys.filter({ $0.datastore == datastore }).sorted() { delete(path) }
    }

    /// Moves a directory to another datastore, with the chains in it.
    mutating func move(_ directory: String, from old: String, to new: String) {
        let moved = { (path: FilePath) in
            path.directory == directory && path.datastore == old ? FilePath(new, directory, path.name) : path
        }
        for path in paths(in: directory, on: old) {
            guard var file = files[path] else { continue }
            if var link = file.disk {
                link.parent = link.parent.map(moved)
                link.children = link.children.map(moved)
                file.disk = link
            }
            enter(path, nil)
            enter(moved(path), file)
            account(file.size, .zero, on: old)
            account(.zero, file.size, on: new)
        }
    }

    private mutating func account(_ old: ByteCount, _ new: ByteCount, on datastore: String) {
        guard let used = datastores[datastore]?.used else { return }
        datastores[datastore]?.used = ByteCount(used.bytes - old.bytes + new.bytes)
    }
}

// MARK: Disk chains

extension FileStore {
    /// The disk as it is seen through `path`.
    package func content(of path: FilePath) -> Disk? { files[path]?.disk?.content }

    /// The chain that ends in `path`, base first.
    package func chain(to path: FilePath) -> [FilePath] {
        var chain: [FilePath] = []
        var next: FilePath? = path
        while let path = next, let file = files[path] {
            chain.append(path)
            next = file.disk?.parent
        }
        return chain.reversed()
    }

    /// Whether every link of the chain that ends in `path` is there, down to a base.
    ///
    /// Rule: VMW-080.
    package func isComplete(_ path: FilePath) -> Bool {
        guard let base = chain(to: path).first, let link = files[base]?.disk else { return false }
        return link.parent == nil
    }

    /// Stores what the guest wrote through the running end `path`; a file never shrinks by that.
    ///
    /// Rule: VMW-130.
    mutating func write(_ content: Disk, to path: FilePath) {
        guard var link = files[path]?.disk, let size = files[path]?.size, link.content != content else { return }
        precondition(link.children.isEmpty, "\(path) is read-only: other links stand on it")
        link.content = content
        files[path]?.disk = link
        resize(path, to: max(size, link.size(above: link.parent.flatMap { self.content(of: $0) })))
    }

    /// Opens an empty delta on `parent`, which is read-only from then on.
    mutating func openChild(of parent: FilePath, at path: FilePath, format: DiskLink.Format) throws(MethodFault) {
        guard let content = content(of: parent) else {
            throw MethodFault(.invalidSnapshotFormat, rule: "VMW-080")
        }
        let link = DiskLink(format: format, parent: parent, content: content)
        try create(path, StoredFile(.diskExtent, size: .zero, disk: link))
        files[parent]?.disk?.children.append(path)
    }

    /// The one link above `path`, when there is one only: then the two can be merged.
    func onlyChild(of path: FilePath) -> FilePath? {
        guard let children = files[path]?.disk?.children, children.count == 1 else { return nil }
        return children.first
    }

    /// The room that merging `child` into its parent takes beyond what is there.
    ///
    /// Rule: VMW-102.
    func roomToMerge(_ child: FilePath) -> ByteCount {
        guard let file = files[child], let parent = file.disk?.parent, let below = files[parent]?.disk else {
            return .zero
        }
        return below.format == .thick ? .zero : file.size
    }

    /// Moves the blocks of `child` into its parent, which then stands for `child` and under all that stood on it.
    mutating func merge(_ child: FilePath) {
        guard let link = files[child]?.disk, let parent = link.parent else {
            preconditionFailure("\(child) is not a delta")
        }
        precondition(onlyChild(of: parent) == child, "\(parent) is needed by more than \(child)")
        files[child]?.disk?.children = []
        delete(child)
        for grandchild in link.children { files[grandchild]?.disk?.parent = parent }
        guard var merged = files[parent]?.disk, let size = files[parent]?.size else { return }
        merged.children = link.children
        merged.content = link.content
        files[parent]?.disk = merged
        resize(parent, to: max(size, merged.size(above: merged.parent.flatMap { content(of: $0) })))
    }

    /// Extends the base `path`, which has no parent and nothing on it.
    mutating func grow(_ path: FilePath, to size: ByteCount) {
        guard var link = files[path]?.disk else { return }
        precondition(link.parent == nil && link.children.isEmpty, "only a disk without parent or child can grow")
        link.content.grow(to: size)
        files[path]?.disk = link
        if link.format == .thick { resize(path, to: size) }
    }
}
