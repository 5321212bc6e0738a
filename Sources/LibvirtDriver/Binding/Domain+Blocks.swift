#if Libvirt
    internal import CLibvirt

    extension Domain {
        /// Starts to merge the newest overlay of a disk into the file below it; the guest runs on.
        ///
        /// Until the job is ended, snapshots, reverts and other jobs are refused (Rules: LV-032, LV-039 and LV-049). A
        /// machine that is off has no jobs. Rule: LV-064.
        borrowing func commitActiveLayer(of disk: String) throws(LibvirtError) {
            let flags = VIR_DOMAIN_BLOCK_COMMIT_ACTIVE.rawValue | VIR_DOMAIN_BLOCK_COMMIT_SHALLOW.rawValue
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try check(unsafe virDomainBlockCommit(domain, disk, nil, nil, 0, UInt32(flags)), "virDomainBlockCommit")
            }
        }

        /// How far the block job of a disk is; nothing when there is none.
        borrowing func blockJob(of disk: String) throws(LibvirtError) -> BlockJob? {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                var info = virDomainBlockJobInfo()
                let found = unsafe virDomainGetBlockJobInfo(domain, disk, &info, 0)
                try check(found, "virDomainGetBlockJobInfo")
                return found == 0 ? nil : BlockJob(done: Int64(info.cur), whole: Int64(info.end))
            }
        }

        /// Ends the block job of a disk: onto the merged file, or back to where it began.
        borrowing func endBlockJob(of disk: String, pivot: Bool) throws(LibvirtError) {
            let flags = pivot ? UInt32(VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT.rawValue) : 0
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try check(unsafe virDomainBlockJobAbort(domain, disk, flags), "virDomainBlockJobAbort")
            }
        }
    }
#endif

/// How far a block job is, in bytes.
package struct BlockJob: Hashable, Sendable, Codable {
    package var done: Int64
    package var whole: Int64

    /// Whether everything is copied, so that the job can be ended onto the merged file.
    package var isReady: Bool { whole > 0 && done == whole }
}
