public import Hypervisor
import LabCore

extension ComputeEngine {
    /// What accounts for the differences that a revert on Compute Engine leaves.
    public static let explanations: [Explanation] = addresses + disks + power + memory + scope + snapshots

    private static let swaps = [RevertMethod.swapDisks, .swapDisksAndDelete].map {
        Explanation.Circumstance.reverted($0.rawValue)
    }
    private static let isNewInstance = Explanation.Circumstance.reverted(RevertMethod.newInstance.rawValue)

    private static let addresses =
        swaps.map { isSwap in
            Explanation(
                .publicAddress, [.changed, .lost], "GCE-119",
                "A stopped instance gives its ephemeral address back and gets another one when it is started.",
                when: [isSwap, .wasOn(true)])
        } + [
            Explanation(
                .publicAddress, [.changed], "GCE-119",
                "A stopped instance has no ephemeral address: the one that it has now came with its start.",
                when: [.wasOn(false)])
        ]
        + [
            (Fact.publicAddress, "GCE-119", "A new instance has an ephemeral address of its own."),
            (.privateAddress, "GCE-120", "A new instance has another internal address unless it is named."),
            (.hardwareAddress, "GCE-125", "A new instance has a hardware address of its own."),
            (.machine, "GCE-002", "A new instance has a number of its own."),
        ].map { fact, rule, text in Explanation(fact, [.changed], rule, text, when: [isNewInstance]) }

    private static let disks = DiskRole.allCases.map { role in
        Explanation(.disk(role), [.changed], "GCE-070", "A disk that is made from a snapshot is a new disk.")
    }

    private static let power =
        swaps.flatMap { isSwap in
            [
                Explanation(
                    .power, [.changed], "GCE-100",
                    "Boot disks are swapped while the instance is stopped; that it is started then is the provider's choice.",
                    when: [isSwap, .wasOn(false)]),
                Explanation(
                    .power, [.changed], "GCE-123", "A stopped instance holds no capacity, and may not find any again.",
                    when: [isSwap, .wasOn(true)]),
            ]
        } + [
            Explanation(
                .power, [.changed], nil,
                "A new instance is inserted running, whatever the old one was at the snapshot.",
                when: [isNewInstance])
        ]

    private static let memory =
        [
            (Fact.bootID, "Memory is in no snapshot and no machine image: every way back ends in a boot."),
            (.jobs, "Jobs run in memory, which is in no snapshot."),
            (.stuckJobs, "Whoever ran the jobs was in memory, which is in no snapshot."),
            (.openRecords, "Open transactions are in memory, which is in no snapshot."),
        ].map { fact, text in
            Explanation(fact, [.changed, .lost], "GCE-093", text, when: [.wasOn(true)])
        }
        + [
            Explanation(
                .database, [.changed], "GCE-074",
                "Quiescing is as good as the guest's scripts, and none stopped the database: it replays its log.",
                when: [.quiesced(true), .wasOn(true)])
        ]
        + TakingMethod.allCases.map { method in
            Explanation(
                .database, [.changed], method == .machineImage ? "GCE-089" : "GCE-060",
                "The database was taken as it was, in use, and replays its log.",
                when: [.quiesced(false), .wasOn(true), .taken(method.rawValue)])
        }
        + [Fact.looseFiles, .fileSystem(.root), .fileSystem(.data)].map { fact in
            Explanation(
                fact, [.changed, .lost], "GCE-060",
                "What the guest had not written to its disks is in no snapshot of a disk in use.",
                when: [.quiesced(false), .wasOn(true)])
        }

    private static let snapshots = [
        Explanation(
            .snapshots, [.changed], "GCE-061",
            "Snapshots have lives of their own: those that were taken later are still there."),
        Explanation(
            .snapshots, [.lost], "GCE-085", "The old disks were deleted, and their instant snapshots went with them.",
            when: [.reverted(RevertMethod.swapDisksAndDelete.rawValue)]),
    ]

    private static let scope = [Fact.service, .schema, .data, .records, .database].map { fact in
        Explanation(
            fact, [.changed, .lost, .corrupt], "GCE-060",
            "A snapshot is of one disk, in use or not: each was taken at the instant of its own call.",
            when: [.taken(TakingMethod.snapshot.rawValue), .holds(.root, true), .holds(.data, true)])
    }
}
