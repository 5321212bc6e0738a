public import Hypervisor
import LabCore

extension EC2 {
    /// What accounts for the differences that a revert leaves.
    public static let explanations: [Explanation] = addresses + disks + power + memory + scope + snapshots

    private static let isSwap = Explanation.Circumstance.reverted(RevertMethod.swapVolumes.rawValue)
    private static let isReplacement = Explanation.Circumstance.reverted(RevertMethod.replaceRootVolume.rawValue)
    private static let isNewInstance = Explanation.Circumstance.reverted(RevertMethod.newInstance.rawValue)

    private static let addresses =
        [
            Explanation(
                .publicAddress, [.changed, .lost], "AWS-101",
                "A stopped instance gives its public address back and gets another one when it is started.",
                when: [isSwap, .wasOn(true)]),
            Explanation(
                .publicAddress, [.changed], "AWS-101",
                "A stopped instance has no public address: the one that it has now came with its start.",
                when: [.wasOn(false)]),
        ]
        + [
            (Fact.publicAddress, "A new instance has a public address of its own."),
            (.privateAddress, "A new instance has a private address of its own."),
            (.hardwareAddress, "A new instance has a hardware address of its own."),
            (.machine, "A new instance has an id of its own."),
        ].map { fact, text in Explanation(fact, [.changed], "AWS-117", text, when: [isNewInstance]) }

    private static let disks =
        DiskRole.allCases.flatMap { role in
            [
                Explanation(
                    .disk(role), [.changed], "AWS-068",
                    "A snapshot is restored by CreateVolume, which answers with a new volume that names the snapshot.",
                    when: [isSwap]),
                Explanation(
                    .disk(role), [.changed], "AWS-119", "A launch makes new volumes for all the devices of its image.",
                    when: [isNewInstance]),
            ]
        } + [
            Explanation(
                .disk(.root), [.changed], "AWS-136", "The root was replaced by a new volume.", when: [isReplacement])
        ]

    private static let power = [
        Explanation(
            .power, [.changed], "AWS-080",
            "Root volumes are swapped while the instance is stopped; that it is started then is the provider's choice.",
            when: [isSwap]),
        Explanation(
            .power, [.changed], "AWS-132", "The root is replaced while the instance runs, and it goes on running.",
            when: [isReplacement]),
        Explanation(
            .power, [.changed], nil, "A new instance is launched running, whatever the old one was at the snapshot.",
            when: [isNewInstance]),
    ]

    private static let memory =
        [
            (Fact.bootID, "Memory is in no snapshot: every way back ends in a boot."),
            (.jobs, "Jobs run in memory, which is in no snapshot."),
            (.stuckJobs, "Whoever ran the jobs was in memory, which is in no snapshot."),
            (.openRecords, "Open transactions are in memory, which is in no snapshot."),
            (.database, "The database was taken as it was, in use, and replays its log."),
        ].map { fact, text in
            Explanation(fact, [.changed, .lost], "AWS-002", text, when: [.wasOn(true)])
        }
        + [
            (Fact.looseFiles, "What the guest had not written to its volumes is in no snapshot."),
            (.fileSystem(.root), "The file system was taken as it was, in use."),
            (.fileSystem(.data), "The file system was taken as it was, in use."),
        ].map { fact, text in
            Explanation(fact, [.changed, .lost], "AWS-002", text, when: [.quiesced(false), .wasOn(true)])
        }

    private static let snapshots = [
        Explanation(
            .snapshots, [.changed], "AWS-017",
            "Snapshots do not depend on volumes and instances: those that were taken later are still there.")
    ]

    private static let scope = [Fact.service, .schema, .data, .records, .database].map { fact in
        Explanation(
            fact, [.changed, .lost, .corrupt], "AWS-001",
            "Each volume was taken at the instant of its own request, and they do not fit together.",
            when: [.taken(TakingMethod.succession.rawValue), .holds(.root, true), .holds(.data, true)])
    }
}
