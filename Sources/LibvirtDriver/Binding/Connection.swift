#if Libvirt
    internal import CLibvirt

    /// The owner of one open connection to libvirt.
    ///
    /// libvirt allows calls from many threads on one connection; the pointer is never changed and freed once, at the end.
    @safe struct Connection: ~Copyable, @unchecked Sendable {
        private let pointer: virConnectPtr

        /// Opens the connection that `uri` names.
        ///
        /// An event loop must be registered before.
        init(opening uri: String) throws(LibvirtError) {
            guard let pointer = unsafe virConnectOpen(uri) else { throw LibvirtError(after: "virConnectOpen") }
            unsafe self.pointer = pointer
        }

        deinit { unsafe _ = virConnectClose(pointer) }

        /// The version of libvirt, as major * 1,000,000 + minor * 1,000 + release.
        borrowing func libraryVersion() throws(LibvirtError) -> Int {
            var version: UInt = 0
            guard unsafe virConnectGetLibVersion(pointer, &version) == 0 else {
                throw LibvirtError(after: "virConnectGetLibVersion")
            }
            return Int(version)
        }

        /// The version of the hypervisor, counted as the library's.
        borrowing func hypervisorVersion() throws(LibvirtError) -> Int {
            var version: UInt = 0
            guard unsafe virConnectGetVersion(pointer, &version) == 0 else {
                throw LibvirtError(after: "virConnectGetVersion")
            }
            return Int(version)
        }

        /// The capabilities of host and hypervisor, as XML.
        borrowing func capabilities() throws(LibvirtError) -> String {
            try unsafe takeString(virConnectGetCapabilities(pointer), from: "virConnectGetCapabilities")
        }

        /// Whether the connection still answers.
        borrowing func isAlive() -> Bool { unsafe virConnectIsAlive(pointer) == 1 }

        /// The names of all domains, active or not, sorted.
        borrowing func domainNames() throws(LibvirtError) -> [String] {
            var list: UnsafeMutablePointer<virDomainPtr?>?
            let count = unsafe virConnectListAllDomains(pointer, &list, 0)
            guard count >= 0, let list = unsafe list else { throw LibvirtError(after: "virConnectListAllDomains") }
            defer { unsafe free(list) }
            var names: [String] = []
            for index in 0..<Int(count) {
                guard let domain = unsafe list[index] else { continue }
                names.append(unsafe Domain(owning: domain).name)
            }
            return names.sorted()
        }

        /// Gives `body` the domain of this name for as long as it runs.
        borrowing func withDomain<Result: ~Copyable>(
            named name: String, _ body: (borrowing Domain) throws(LibvirtError) -> Result
        ) throws(LibvirtError) -> Result {
            guard let domain = unsafe virDomainLookupByName(pointer, name) else {
                throw LibvirtError(after: "virDomainLookupByName")
            }
            return try body(unsafe Domain(owning: domain))
        }

        /// Defines a persistent domain, or changes the inactive description of one, and answers its name.
        borrowing func define(_ xml: String) throws(LibvirtError) -> String {
            let flags = UInt32(VIR_DOMAIN_DEFINE_VALIDATE.rawValue)
            guard let domain = unsafe virDomainDefineXMLFlags(pointer, xml, flags) else {
                throw LibvirtError(after: "virDomainDefineXMLFlags")
            }
            return unsafe Domain(owning: domain).name
        }

        /// Starts a domain from a memory file, running, with the description `xml`, which may move its disks and no more.
        ///
        /// Rules: LV-061 and LV-062.
        borrowing func restore(from file: String, xml: String) throws(LibvirtError) {
            let flags = UInt32(VIR_DOMAIN_SAVE_RUNNING.rawValue)
            guard unsafe virDomainRestoreFlags(pointer, file, xml, flags) == 0 else {
                throw LibvirtError(after: "virDomainRestoreFlags")
            }
        }

        /// Calls `observe` with the name of a domain and what happened to it, at every change of any domain's life.
        ///
        /// `observe` is called on the thread of the event loop and must not block it.
        borrowing func observeLifecycle(_ observe: @escaping LifecycleObserver.Handler) throws(LibvirtError) {
            let observer = unsafe Unmanaged.passRetained(LifecycleObserver(observe))
            let registered = unsafe clibvirt_register_lifecycle(
                pointer,
                { _, domain, event, detail, opaque in
                    guard let opaque = unsafe opaque else { return 0 }
                    let name = unsafe virDomainGetName(domain).map { unsafe String(cString: $0) } ?? "?"
                    unsafe Unmanaged<LifecycleObserver>.fromOpaque(opaque).takeUnretainedValue()
                        .handler(name, Int(event), Int(detail))
                    return 0
                }, observer.toOpaque(),
                { unsafe $0.map { unsafe Unmanaged<LifecycleObserver>.fromOpaque($0).release() } })
            guard registered >= 0 else {
                let error = LibvirtError(after: "virConnectDomainEventRegisterAny")
                unsafe observer.release()
                throw error
            }
        }
    }

    /// What a callback of libvirt is handed to find its way back to Swift.
    final class LifecycleObserver: Sendable {
        typealias Handler = @Sendable (_ domain: String, _ event: Int, _ detail: Int) -> Void

        let handler: Handler

        init(_ handler: @escaping Handler) { self.handler = handler }
    }

    /// Takes over a string that libvirt allocated; nothing means that `function` failed.
    func takeString(_ string: UnsafeMutablePointer<CChar>?, from function: String) throws(LibvirtError) -> String {
        guard let string = unsafe string else { throw LibvirtError(after: function) }
        defer { unsafe free(string) }
        return unsafe String(cString: string)
    }
#endif
