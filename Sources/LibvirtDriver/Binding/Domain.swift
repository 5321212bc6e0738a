#if Libvirt
    internal import CLibvirt

    /// The owner of one reference to a domain.
    @safe struct Domain: ~Copyable {
        private let pointer: virDomainPtr

        /// Takes over a reference that libvirt handed out.
        @unsafe init(owning pointer: virDomainPtr) { unsafe self.pointer = pointer }

        deinit { unsafe _ = virDomainFree(pointer) }

        /// The domain's name; borrowed from libvirt, so copied at once.
        var name: String { unsafe virDomainGetName(pointer).map { unsafe String(cString: $0) } ?? "" }

        /// The domain's identifier as text.
        borrowing func uuid() throws(LibvirtError) -> String {
            var buffer = [CChar](repeating: 0, count: Int(VIR_UUID_STRING_BUFLEN))
            guard unsafe virDomainGetUUIDString(pointer, &buffer) == 0 else {
                throw LibvirtError(after: "virDomainGetUUIDString")
            }
            return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        /// What the domain does.
        borrowing func state() throws(LibvirtError) -> DomainState {
            var state: CInt = 0
            guard unsafe virDomainGetState(pointer, &state, nil, 0) == 0 else {
                throw LibvirtError(after: "virDomainGetState")
            }
            return DomainState(rawValue: Int(state)) ?? .none
        }

        /// The description of the domain; `migratable` for one that a restore accepts, with its secrets.
        borrowing func xml(migratable: Bool) throws(LibvirtError) -> String {
            let flags = migratable ? VIR_DOMAIN_XML_MIGRATABLE.rawValue | VIR_DOMAIN_XML_SECURE.rawValue : 0
            return try unsafe takeString(virDomainGetXMLDesc(pointer, UInt32(flags)), from: "virDomainGetXMLDesc")
        }

        borrowing func start() throws(LibvirtError) { try check(unsafe virDomainCreate(pointer), "virDomainCreate") }
        borrowing func destroy() throws(LibvirtError) {
            try check(unsafe virDomainDestroy(pointer), "virDomainDestroy")
        }
        borrowing func suspend() throws(LibvirtError) {
            try check(unsafe virDomainSuspend(pointer), "virDomainSuspend")
        }
        borrowing func resume() throws(LibvirtError) { try check(unsafe virDomainResume(pointer), "virDomainResume") }

        /// Asks the guest to shut down, through its agent or by the power button; answers before it has.
        borrowing func shutDown(throughAgent: Bool) throws(LibvirtError) {
            let way = throughAgent ? VIR_DOMAIN_SHUTDOWN_GUEST_AGENT : VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
            try check(unsafe virDomainShutdownFlags(pointer, UInt32(way.rawValue)), "virDomainShutdownFlags")
        }

        /// Removes the description of an inactive domain, and with it everything that libvirt remembers of it.
        ///
        /// Without saying so libvirt refuses when there are snapshots; their tags stay in the images. Rule: LV-051.
        borrowing func undefine() throws(LibvirtError) {
            let flags =
                VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.rawValue | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA.rawValue
                | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA.rawValue | VIR_DOMAIN_UNDEFINE_NVRAM.rawValue
            try check(unsafe virDomainUndefineFlags(pointer, UInt32(flags)), "virDomainUndefineFlags")
        }

        /// Gives an inactive domain another name; it keeps its identifier, its disks and its snapshots.
        borrowing func rename(to name: String) throws(LibvirtError) {
            try check(unsafe virDomainRename(pointer, name, 0), "virDomainRename")
        }

        /// Whether a saved state waits to be started from.
        borrowing func hasManagedSave() throws(LibvirtError) -> Bool {
            let answer = unsafe virDomainHasManagedSaveImage(pointer, 0)
            try check(answer, "virDomainHasManagedSaveImage")
            return answer == 1
        }

        /// Saves the machine's run into libvirt's keeping and switches it off; the next start goes on from there.
        borrowing func managedSave() throws(LibvirtError) {
            try check(unsafe virDomainManagedSave(pointer, 0), "virDomainManagedSave")
        }

        borrowing func removeManagedSave() throws(LibvirtError) {
            try check(unsafe virDomainManagedSaveRemove(pointer, 0), "virDomainManagedSaveRemove")
        }

        /// Whether libvirt records a checkpoint of the domain.
        borrowing func hasCheckpoint() throws(LibvirtError) -> Bool {
            let count = unsafe virDomainListAllCheckpoints(pointer, nil, 0)
            try check(count, "virDomainListAllCheckpoints")
            return count > 0
        }

        /// Begins to note which clusters are written, for backups; of a running machine with qcow2 disks alone.
        ///
        /// Rule: LV-059.
        borrowing func createCheckpoint(_ xml: String) throws(LibvirtError) {
            guard let checkpoint = unsafe virDomainCheckpointCreateXML(pointer, xml, 0) else {
                throw LibvirtError(after: "virDomainCheckpointCreateXML")
            }
            unsafe _ = virDomainCheckpointFree(checkpoint)
        }

        func check(_ status: CInt, _ function: String) throws(LibvirtError) {
            guard status >= 0 else { throw LibvirtError(after: function) }
        }

        /// Lets the other files of the binding call libvirt with the reference, which must not outlive the call.
        borrowing func withPointer<Result>(
            _ body: (virDomainPtr) throws(LibvirtError) -> Result
        ) throws(LibvirtError) -> Result {
            try unsafe body(pointer)
        }
    }
#endif
