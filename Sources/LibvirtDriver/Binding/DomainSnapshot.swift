#if Libvirt
    internal import CLibvirt

    /// The owner of one reference to a snapshot that libvirt records.
    @safe struct DomainSnapshot: ~Copyable {
        private let pointer: virDomainSnapshotPtr

        /// Takes over a reference that libvirt handed out.
        @unsafe init(owning pointer: virDomainSnapshotPtr) { unsafe self.pointer = pointer }

        deinit { unsafe _ = virDomainSnapshotFree(pointer) }

        var name: String { unsafe virDomainSnapshotGetName(pointer).map { unsafe String(cString: $0) } ?? "" }

        /// The snapshot's description, with the domain's as it was then.
        borrowing func xml() throws(LibvirtError) -> String {
            let flags = UInt32(VIR_DOMAIN_SNAPSHOT_XML_SECURE.rawValue)
            return try unsafe takeString(
                virDomainSnapshotGetXMLDesc(pointer, flags), from: "virDomainSnapshotGetXMLDesc")
        }

        /// Brings the domain back.
        borrowing func revert(_ flags: SnapshotRevert) throws(LibvirtError) {
            guard unsafe virDomainRevertToSnapshot(pointer, flags.rawValue) == 0 else {
                throw LibvirtError(after: "virDomainRevertToSnapshot")
            }
        }

        /// Deletes the snapshot.
        borrowing func delete(_ flags: SnapshotDeletion) throws(LibvirtError) {
            guard unsafe virDomainSnapshotDelete(pointer, flags.rawValue) == 0 else {
                throw LibvirtError(after: "virDomainSnapshotDelete")
            }
        }
    }

    extension Domain {
        /// Takes a snapshot as `xml` describes it, and answers its name.
        borrowing func createSnapshot(_ xml: String, _ flags: SnapshotCreation) throws(LibvirtError) -> String {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                guard let snapshot = unsafe virDomainSnapshotCreateXML(domain, xml, flags.rawValue) else {
                    throw LibvirtError(after: "virDomainSnapshotCreateXML")
                }
                return unsafe DomainSnapshot(owning: snapshot).name
            }
        }

        /// The names of the snapshots that libvirt records, parents before children.
        borrowing func snapshotNames() throws(LibvirtError) -> [String] {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                var list: UnsafeMutablePointer<virDomainSnapshotPtr?>?
                let flags = UInt32(VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL.rawValue)
                let count = unsafe virDomainListAllSnapshots(domain, &list, flags)
                guard count >= 0, let list = unsafe list else { throw LibvirtError(after: "virDomainListAllSnapshots") }
                defer { unsafe free(list) }
                var names: [String] = []
                for index in 0..<Int(count) {
                    guard let snapshot = unsafe list[index] else { continue }
                    names.append(unsafe DomainSnapshot(owning: snapshot).name)
                }
                return names
            }
        }

        /// Gives `body` the snapshot of this name for as long as it runs.
        borrowing func withSnapshot<Result>(
            named name: String, _ body: (borrowing DomainSnapshot) throws(LibvirtError) -> Result
        ) throws(LibvirtError) -> Result {
            guard let snapshot = try unsafe withPointer({ unsafe virDomainSnapshotLookupByName($0, name, 0) }) else {
                throw LibvirtError(after: "virDomainSnapshotLookupByName")
            }
            return try body(unsafe DomainSnapshot(owning: snapshot))
        }
    }
#endif
