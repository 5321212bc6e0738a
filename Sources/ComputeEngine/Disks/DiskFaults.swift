import LabCore

extension ComputeFault {
    /// Smaller than what is to be put on it.
    ///
    /// Rule: GCE-037.
    static func smallerThanSource(_ sizeGB: Int, _ source: Collection, _ sourceGB: Int) -> ComputeFault {
        let sentence =
            "Requested disk size cannot be smaller than the \(source.singular) size (\(sourceGB) GB)"
        return .invalid("resource.sizeGb", String(sizeGB), sentence, rule: "GCE-037")
    }

    /// Disks never shrink.
    ///
    /// Rule: GCE-039.
    static func notLarger(_ sizeGB: Int, than existing: Int) -> ComputeFault {
        let sentence = "New disk size '\(sizeGB)' GiB must be larger than existing size '\(existing)' GiB."
        return .invalid("sizeGb", String(sizeGB), sentence, rule: "GCE-039")
    }

    /// More than one source for one disk.
    static let severalSources = ComputeFault(.invalid, "Only one source may be given for a disk.")

    /// The disk follows another one.
    ///
    /// Rule: GCE-051.
    static func replicates(_ disk: ResourcePath) -> ComputeFault {
        ComputeFault(
            .resourceInUse, "The disk resource '\(disk)' is a secondary disk of a replication.", rule: "GCE-051")
    }

    /// The project has no room for another disk.
    ///
    /// Rule: GCE-137.
    static func diskQuota(_ limit: Int) -> ComputeFault {
        ComputeFault("quotaExceeded", "Quota 'DISKS' exceeded.  Limit: \(limit).", status: 403, rule: "GCE-137")
    }
}
