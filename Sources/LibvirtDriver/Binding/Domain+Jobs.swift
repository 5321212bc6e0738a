#if Libvirt
    internal import CLibvirt

    extension Domain {
        /// Whether a job is under way on the domain as a whole, such as a backup; snapshots wait for its end, and give up.
        borrowing func hasJob() throws(LibvirtError) -> Bool {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                var info = virDomainJobInfo()
                try check(unsafe virDomainGetJobInfo(domain, &info), "virDomainGetJobInfo")
                return info.type != CInt(VIR_DOMAIN_JOB_NONE.rawValue)
            }
        }

        /// Begins to copy disks out, or to offer them for copying; of a running machine alone.
        borrowing func beginBackup(_ xml: String) throws(LibvirtError) {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try check(unsafe virDomainBackupBegin(domain, xml, nil, 0), "virDomainBackupBegin")
            }
        }

        /// Ends the job that is under way on the domain as a whole.
        borrowing func abortJob() throws(LibvirtError) {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try check(unsafe virDomainAbortJob(domain), "virDomainAbortJob")
            }
        }
    }
#endif
