public import Hypervisor
import LabCore

extension EC2 {
    /// What accounts for the differences that a revert leaves.
    public static let explanations: [Explanation] = addresses + disks + memory + scope

    private static let addresses = [
        Explanation(
            .publicAddress, [.changed, .lost], "AWS-101",
            "A stopped instance gives its public address back and gets another one when it is started.",
            when: [.reverted(RevertMethod.swapVolumes.rawValue)]),
        Explanation(
            .publicAddress, [.changed], "AWS-117", "A new instance has a public address of its own.",
            when: [.reverted(RevertMethod.newInstance.rawValue)]),
        Explanation(
            .privateAddress, [.changed], "AWS-117", "A new instance has a private address of its own.",
            when: [.reverted(RevertMethod.newInstance.rawValue)]),
        Explanation(
            .hardwareAddress, [.changed], "AWS-117", "A new instance has a hardware address of its own.",
            when: [.reverted(RevertMethod.newInstance.rawValue)]),
        Explanation(
            .machine, [.changed], "AWS-117", "A new instance has an id of its own.",
            when: [.reverted(RevertMethod.newInstance.rawValue)]),
    ]

    private static let disks =
        [DiskRole.root, .data].map { role in
            Explanation(
                .disk(role), [.changed], "AWS-051",
                "A snapshot is restored to a new volume, which has an id of its own.")
        } + [
            Explanation(
                .disk(.root), [.changed], "AWS-136", "The root was replaced by a new volume.",
                when: [.reverted(RevertMethod.replaceRootVolume.rawValue)])
        ]

    private static let memory = [
        Explanation(
            .bootID, [.changed, .lost], "AWS-002", "Memory is in no snapshot: every way back ends in a boot."),
        Explanation(.jobs, [.changed, .lost], "AWS-002", "Jobs run in memory, which is in no snapshot."),
        Explanation(.stuckJobs, [.changed], "AWS-002", "Whoever ran the jobs was in memory, which is in no snapshot."),
        Explanation(
            .openRecords, [.changed, .lost], "AWS-002", "Open transactions are in memory, which is in no snapshot."),
        Explanation(
            .looseFiles, [.changed, .lost], "AWS-002",
            "What the guest had not written to its volumes is in no snapshot.",
            when: [.quiesced(false)]),
        Explanation(
            .fileSystem(.root), [.changed], "AWS-002", "The file system was taken as it was, in use.",
            when: [.quiesced(false)]),
        Explanation(
            .fileSystem(.data), [.changed], "AWS-002", "The file system was taken as it was, in use.",
            when: [.quiesced(false)]),
        Explanation(
            .database, [.changed], "AWS-002", "The database was taken as it was, in use, and replays its log."),
        Explanation(
            .power, [.changed], "AWS-002", "A snapshot holds disks alone: the provider starts the instance afterwards."),
    ]

    private static let scope =
        [Fact.program, .version, .configuration].map { fact in
            Explanation(
                fact, [.changed], "AWS-001", "The snapshot holds only what was on the volumes it was taken of.",
                when: [.holds(.root, false)])
        }
        + [Fact.service, .schema, .data, .records, .database].map { fact in
            Explanation(
                fact, [.changed, .lost, .corrupt], "AWS-001",
                "Each volume was taken at the instant of its own request, and they do not fit together.",
                when: [.taken(TakingMethod.succession.rawValue)])
        }
}
