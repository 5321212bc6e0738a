public import Hypervisor
import LabCore

extension ComputeEngine {
    /// What accounts for the differences that a revert on Compute Engine leaves.
    public static let explanations: [Explanation] = addresses + disks + memory + scope

    private static let addresses =
        [
            Explanation(
                .publicAddress, [.changed, .lost], "GCE-119",
                "A stopped instance gives its ephemeral address back and gets another one when it is started.",
                when: [.reverted(RevertMethod.swapDisks.rawValue)])
        ]
        + [
            (Fact.publicAddress, "GCE-119", "A new instance has an ephemeral address of its own."),
            (.privateAddress, "GCE-120", "A new instance has another internal address unless it is named."),
            (.hardwareAddress, "GCE-125", "A new instance has a hardware address of its own."),
            (.machine, "GCE-002", "A new instance has a number of its own."),
        ].map { fact, rule, text in
            Explanation(fact, [.changed], rule, text, when: [.reverted(RevertMethod.newInstance.rawValue)])
        }

    private static let disks = [DiskRole.root, .data].map { role in
        Explanation(
            .disk(role), [.changed], "GCE-007", "A snapshot is restored to a new disk, and the old name was taken.")
    }

    private static let memory =
        [
            Explanation(
                .bootID, [.changed, .lost], "GCE-093",
                "Memory is in no snapshot and no machine image: every way back ends in a boot."),
            Explanation(.jobs, [.changed, .lost], "GCE-093", "Jobs run in memory, which is in no snapshot."),
            Explanation(
                .stuckJobs, [.changed], "GCE-093", "Whoever ran the jobs was in memory, which is in no snapshot."),
            Explanation(
                .openRecords, [.changed, .lost], "GCE-093", "Open transactions are in memory, which is in no snapshot."),
            Explanation(
                .power, [.changed], "GCE-123", "A stopped instance holds no capacity, and may not find any again."),
            Explanation(
                .database, [.changed], "GCE-089", "The database was taken as it was, in use, and replays its log."),
        ]
        + [Fact.looseFiles, .fileSystem(.root), .fileSystem(.data)].map { fact in
            Explanation(
                fact, [.changed, .lost], "GCE-060",
                "What the guest had not written to its disks is in no snapshot of a disk in use.",
                when: [.quiesced(false)])
        }

    private static let scope =
        [Fact.program, .version, .configuration].map { fact in
            Explanation(
                fact, [.changed], "GCE-061", "The snapshot holds only the disks that it was taken of.",
                when: [.holds(.root, false)])
        }
        + [Fact.service, .schema].map { fact in
            Explanation(
                fact, [.changed, .lost, .corrupt], "GCE-061", "The snapshot holds only the disks that it was taken of.",
                when: [.holds(.root, false)])
        }
        + [Fact.service, .schema, .data, .records, .database].map { fact in
            Explanation(
                fact, [.changed, .lost, .corrupt], "GCE-060",
                "Each disk was taken at the instant of its own call, and they do not fit together.",
                when: [.taken(TakingMethod.snapshot.rawValue)])
        }
}
