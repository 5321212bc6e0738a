#if Libvirt
    import CLibvirt
    import Testing

    @testable import LibvirtDriver

    /// The binding against libvirt's own driver in memory, which needs neither QEMU nor a daemon.
    ///
    /// That driver never fails as QEMU does, so nothing here proves a rule of QEMU. All connections of a process share its
    /// domains, so one test goes after the other.
    @Suite(.serialized) struct `The binding of libvirt` {
        /// libvirt allows one event loop for a process.
        private static let loop: Result<Void, LibvirtError> = Result { () throws(LibvirtError) in try EventLoop.start()
        }

        private func connect() throws -> Connection {
            try Self.loop.get()
            return try Connection(opening: "test:///default")
        }

        @Test func `a connection tells its versions and its domains`() throws {
            let connection = try connect()
            let version = try connection.libraryVersion()
            #expect(version >= 9_000_000)
            let isAlive = connection.isAlive()
            #expect(isAlive)
            let names = try connection.domainNames()
            #expect(names.contains("test"))
            let capabilities = try connection.capabilities()
            #expect(capabilities.contains("<capabilities>"))
        }

        @Test func `a failure is read with its code, its domain and its function`() throws {
            let connection = try connect()
            let error = try #require(throws: LibvirtError.self) {
                try connection.withDomain(named: "nobody") { (_) throws(LibvirtError) in }
            }
            #expect(error.code == .noDomain)
            #expect(error.domain == Int(VIR_FROM_TEST.rawValue))
            #expect(error.function == "virDomainLookupByName")
            #expect(!error.message.isEmpty)
        }

        @Test func `a domain is defined, started, paused, resumed and destroyed`() throws {
            let connection = try connect()
            let xml = "<domain type='test'><name>made</name><memory>1024</memory><os><type>hvm</type></os></domain>"
            let defined = try connection.define(xml)
            #expect(defined == "made")
            try connection.withDomain(named: "made") { (domain) throws(LibvirtError) in
                let new = try domain.state()
                #expect(new == .shutOff)
                try domain.start()
                let started = try domain.state()
                #expect(started == .running)
                try domain.suspend()
                let paused = try domain.state()
                #expect(paused == .paused)
                try domain.resume()
                let uuid = try domain.uuid()
                #expect(uuid.count == 36)
                let description = try domain.xml(migratable: true)
                #expect(description.contains("<name>made</name>"))
                try domain.destroy()
                let destroyed = try domain.state()
                #expect(destroyed == .shutOff)
            }
            let names = try connection.domainNames()
            #expect(names.contains("made"))
        }

        @Test func `snapshots are taken, listed parents first, described, reverted to and deleted`() throws {
            let connection = try connect()
            try connection.withDomain(named: "test") { (domain) throws(LibvirtError) in
                let first = try domain.createSnapshot(DomainXML.internalSnapshot(name: "b"), [.validate])
                #expect(first == "b")
                let second = try domain.createSnapshot(DomainXML.internalSnapshot(name: "a"), [])
                #expect(second == "a")
                let both = try domain.snapshotNames()
                #expect(both == ["b", "a"])
                try domain.suspend()
                try domain.withSnapshot(named: "b") { (snapshot) throws(LibvirtError) in
                    let xml = try snapshot.xml()
                    #expect(xml.contains("<name>b</name>"))
                    try snapshot.revert([])
                }
                let reverted = try domain.state()
                #expect(reverted == .running, "the snapshot was taken of a running machine")
                try domain.withSnapshot(named: "a") { (snapshot) throws(LibvirtError) in
                    try snapshot.delete([])
                }
                let rest = try domain.snapshotNames()
                #expect(rest == ["b"])
            }
        }

        @Test func `a guest is frozen and thawed`() throws {
            let connection = try connect()
            try connection.withDomain(named: "test") { (domain) throws(LibvirtError) in
                let frozen = try domain.freeze()
                #expect(frozen > 0)
                let thawed = try domain.thaw()
                #expect(thawed == frozen)
            }
        }

        @Test func `the driver's flags are libvirt's`() {
            #expect(SnapshotCreation.redefine.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE.rawValue)
            #expect(SnapshotCreation.current.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT.rawValue)
            #expect(SnapshotCreation.noMetadata.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA.rawValue)
            #expect(SnapshotCreation.diskOnly.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY.rawValue)
            #expect(SnapshotCreation.quiesce.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE.rawValue)
            #expect(SnapshotCreation.atomic.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC.rawValue)
            #expect(SnapshotCreation.validate.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE.rawValue)
            #expect(SnapshotCreation.halt.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_HALT.rawValue)
            #expect(SnapshotCreation.reuseExternal.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT.rawValue)
            #expect(SnapshotCreation.live.rawValue == VIR_DOMAIN_SNAPSHOT_CREATE_LIVE.rawValue)
            #expect(SnapshotDeletion.children.rawValue == VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN.rawValue)
            #expect(SnapshotDeletion.recordOnly.rawValue == VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY.rawValue)
            #expect(SnapshotRevert.running.rawValue == VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING.rawValue)
            #expect(SnapshotRevert.paused.rawValue == VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED.rawValue)
        }

        @Test(
            "the driver's codes are libvirt's",
            arguments: [
                (LibvirtError.Code.internalError, VIR_ERR_INTERNAL_ERROR), (.noSupport, VIR_ERR_NO_SUPPORT),
                (.invalidArgument, VIR_ERR_INVALID_ARG), (.operationFailed, VIR_ERR_OPERATION_FAILED),
                (.malformedXML, VIR_ERR_XML_ERROR), (.invalidXMLDetail, VIR_ERR_XML_DETAIL),
                (.systemError, VIR_ERR_SYSTEM_ERROR), (.noDomain, VIR_ERR_NO_DOMAIN),
                (.operationInvalid, VIR_ERR_OPERATION_INVALID),
                (.configurationUnsupported, VIR_ERR_CONFIG_UNSUPPORTED),
                (.operationTimeout, VIR_ERR_OPERATION_TIMEOUT), (.noSnapshot, VIR_ERR_NO_DOMAIN_SNAPSHOT),
                (.argumentUnsupported, VIR_ERR_ARGUMENT_UNSUPPORTED), (.blockJobActive, VIR_ERR_BLOCK_COPY_ACTIVE),
                (.operationUnsupported, VIR_ERR_OPERATION_UNSUPPORTED),
                (.agentUnresponsive, VIR_ERR_AGENT_UNRESPONSIVE),
            ])
        func codes(code: LibvirtError.Code, number: virErrorNumber) {
            #expect(code.rawValue == Int(number.rawValue))
            #expect(LibvirtError.Code(name: code.name) == code)
        }

        @Test func `the driver's states are libvirt's`() {
            let states = [
                VIR_DOMAIN_NOSTATE, VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED, VIR_DOMAIN_PAUSED, VIR_DOMAIN_SHUTDOWN,
                VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_CRASHED, VIR_DOMAIN_PMSUSPENDED,
            ]
            #expect(DomainState.allCases.map(\.rawValue) == states.map { Int($0.rawValue) })
        }
    }
#endif
