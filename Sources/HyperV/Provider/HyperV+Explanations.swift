public import Hypervisor
import LabCore

extension HyperV {
    /// What accounts for the differences that a revert on Hyper-V leaves.
    public static let explanations: [Explanation] = inPlace + withoutMemory + lostCaches + newMachine

    /// What applying a checkpoint does to every machine.
    private static let inPlace =
        [
            Explanation(
                .power, [.changed, .lost], "HV-061", "Applying a checkpoint without memory leaves the machine off.",
                when: [.memory(false), .wasOn(true)]),
            Explanation(
                .power, [.changed], "HV-062",
                "Applying a checkpoint with memory to a machine that does not run leaves it saved.",
                when: [.memory(true)]),
            Explanation(
                .snapshots, [.changed, .reverted, .kept], "HV-067",
                "Applying a checkpoint keeps all of them, the newer ones too."),
            Explanation(
                .snapshots, [.changed], "HV-066", "The failed state was kept as a checkpoint before.",
                when: [.reverted(RevertMethod.checkpointAndRestore.rawValue)]),
        ]
        + [RevertMethod.restore, .checkpointAndRestore].flatMap { method in
            DiskRole.allCases.map { role in
                Explanation(
                    .disk(role), [.changed], "HV-027",
                    "Each checkpoint and each apply opens a new AVHDX beside the disk, which is what is written to.",
                    when: [.reverted(method.rawValue)])
            }
        }

    /// What a boot loses.
    private static let withoutMemory = [Fact.bootID, .jobs, .stuckJobs, .openRecords].map { fact in
        Explanation(
            fact, [.changed, .lost], "HV-061",
            "A checkpoint without memory stands for a machine that is off: the guest boots anew.",
            when: [.memory(false), .wasOn(true)])
    }

    /// What was in caches and is gone with the memory, or with a guest that was only frozen.
    private static let lostCaches =
        [Fact.looseFiles, .records, .data, .fileSystem(.root), .fileSystem(.data), .database].map { fact in
            Explanation(
                fact, [.lost, .changed], "HV-074",
                "Without its saved state a checkpoint holds what had reached the disks, as after a power cut.",
                when: [.taken(TakingMethod.disksOnly.rawValue)])
        } + [
            Explanation(
                .database, [.changed], "HV-153",
                "A production checkpoint of a Linux guest is consistent for file systems: the database replays its log.",
                when: [.quiesced(true)])
        ]

    /// What an imported copy does not share with the machine that it stands for.
    private static let newMachine =
        [Fact.machine, .hardwareAddress, .privateAddress, .disk(.root), .disk(.data)].map { fact in
            Explanation(
                fact, [.changed], "HV-163", "An import with a new GUID has addresses and files of its own.",
                when: [.reverted(RevertMethod.newMachine.rawValue)])
        } + [
            Explanation(
                .snapshots, [.lost, .changed], "HV-160", "An exported checkpoint is a machine without checkpoints.",
                when: [.reverted(RevertMethod.newMachine.rawValue)])
        ]
}
