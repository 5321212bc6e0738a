public import Hypervisor
import LabCore

extension AzureCompute {
    /// What accounts for the differences that a revert on Azure leaves.
    public static let explanations: [Explanation] = addresses + disks + power + memory + scope + snapshots

    private static let swaps = [RevertMethod.swapOSDisk, .swapDataDisk].map {
        Explanation.Circumstance.reverted($0.rawValue)
    }
    private static let isNewMachine = Explanation.Circumstance.reverted(RevertMethod.newMachine.rawValue)
    private static let isPoint = Explanation.Circumstance.taken(TakingMethod.restorePoint.rawValue)
    private static let areSnapshots = [TakingMethod.incrementalSnapshots, .fullSnapshots].map {
        Explanation.Circumstance.taken($0.rawValue)
    }

    private static let addresses =
        swaps.map { isSwap in
            Explanation(
                .publicAddress, [.changed, .lost], "AZ-126",
                "A deallocated machine gives a dynamic address back and gets another one when it is started.",
                when: [isSwap])
        }
        + [Fact.publicAddress, .privateAddress, .hardwareAddress].map { fact in
            Explanation(
                fact, [.changed], "AZ-115",
                "No interface is in a restore point or a snapshot: a new machine has one of its own.",
                when: [isNewMachine])
        }
        + [
            Explanation(
                .machine, [.changed], "AZ-113",
                "There is no verb that restores a machine: another one is built around the disks.",
                when: [isNewMachine])
        ]

    private static let disks = DiskRole.allCases.flatMap { role in
        [
            Explanation(
                .disk(role), [.changed], "AZ-113",
                "Disks come back from a restore point one by one, as new disks with names of their own.",
                when: [isPoint])
        ]
            + areSnapshots.map { isTaken in
                Explanation(
                    .disk(role), [.changed], "AZ-056",
                    "Disks cannot be renamed: what is made of a snapshot is a new disk beside the old one.",
                    when: [isTaken])
            }
    }

    private static let power =
        swaps.flatMap { isSwap in
            [
                Explanation(
                    .power, [.changed], "AZ-074",
                    "Disks are swapped while the machine is deallocated; that it is started then is the provider's "
                        + "choice.", when: [isSwap, .wasOn(false)]),
                Explanation(
                    .power, [.changed], "AZ-091", "A deallocated machine holds no host, and may not find one again.",
                    when: [isSwap, .wasOn(true)]),
            ]
        }
        + [
            Explanation(
                .power, [.changed], nil, "A new machine is made running, whatever the old one was at the snapshot.",
                when: [isNewMachine])
        ]

    private static let memory =
        [
            (Fact.bootID, "Memory is in no snapshot and no restore point: every way back ends in a boot."),
            (.jobs, "Jobs run in memory, which is in no restore point."),
            (.stuckJobs, "Whoever ran the jobs was in memory, which is in no restore point."),
            (.openRecords, "Open transactions are in memory, which is in no restore point."),
        ].map { fact, text in Explanation(fact, [.changed, .lost], "AZ-115", text, when: [.wasOn(true)]) }
        + [
            Explanation(
                .database, [.changed], "AZ-108",
                "Less than application consistency was achieved: the database was in use, and replays its log.",
                when: [isPoint, .wasOn(true)])
        ]
        + areSnapshots.map { isTaken in
            Explanation(
                .database, [.changed], "AZ-021", "The database was not told of the snapshot, and replays its log.",
                when: [isTaken, .wasOn(true)])
        }
        + [Fact.looseFiles, .fileSystem(.root), .fileSystem(.data)].flatMap { fact in
            [
                Explanation(
                    fact, [.changed, .lost], "AZ-108",
                    "Crash consistency was achieved: what the guest had not written to its disks is in no such point.",
                    when: [isPoint, .quiesced(false), .wasOn(true)])
            ]
                + areSnapshots.map { isTaken in
                    Explanation(
                        fact, [.changed, .lost], "AZ-021",
                        "What the guest had not written to its disks is in no snapshot that it was not told of.",
                        when: [isTaken, .quiesced(false), .wasOn(true)])
                }
        }

    private static let snapshots = [
        Explanation(
            .snapshots, [.changed], "AZ-022",
            "Snapshots do not depend on disks and machines: those that were taken later are still there.")
    ]

    private static let scope = areSnapshots.flatMap { isTaken in
        [Fact.service, .schema, .data, .records, .database].map { fact in
            Explanation(
                fact, [.changed, .lost, .corrupt], "AZ-021",
                "A snapshot is of one disk, in use or not: each was taken at the instant of its own call.",
                when: [isTaken, .holds(.root, true), .holds(.data, true)])
        }
    }
}
