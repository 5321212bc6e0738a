import Foundation

#if Libvirt
    import CLibvirt

    /// libvirt's own test driver, whose snapshots are entries in a list: what bookkeeping alone costs elsewhere.
    ///
    /// Rule: https://libvirt.org/drvtest.html.
    @safe final class TestDriver {
        private let connection: virConnectPtr
        private let domain: virDomainPtr

        /// Opens the driver with the machine that it comes with; nothing where libvirt has no such driver.
        init?() {
            guard let connection = unsafe virConnectOpen("test:///default") else { return nil }
            guard let domain = unsafe virDomainLookupByName(connection, "test") else {
                unsafe virConnectClose(connection)
                return nil
            }
            unsafe (self.connection, self.domain) = unsafe (connection, domain)
        }

        deinit {
            unsafe virDomainFree(domain)
            unsafe virConnectClose(connection)
        }

        /// The seconds of CPU that it takes to create a snapshot, go back to it and delete it, so many times.
        func seconds(forCycles count: Int) throws -> Double {
            let began = LibraryBenchmark.usage(of: RUSAGE_SELF).seconds
            for _ in 0..<count {
                guard let snapshot = unsafe virDomainSnapshotCreateXML(domain, "<domainsnapshot/>", 0) else {
                    throw Refused(verb: "create")
                }
                defer { unsafe virDomainSnapshotFree(snapshot) }
                guard unsafe virDomainRevertToSnapshot(snapshot, 0) == 0 else { throw Refused(verb: "revert") }
                guard unsafe virDomainSnapshotDelete(snapshot, 0) == 0 else { throw Refused(verb: "delete") }
            }
            return LibraryBenchmark.usage(of: RUSAGE_SELF).seconds - began
        }

        /// The driver refused what it is known to do.
        struct Refused: Error {
            var verb: String
        }
    }
#else
    /// There is no libvirt in this build.
    final class TestDriver {
        init?() { return nil }
        func seconds(forCycles count: Int) throws -> Double { 0 }
    }
#endif
