public import Hypervisor
import LabCore

extension AzureCompute {
    /// What accounts for the differences that a revert on Azure leaves.
    public static let explanations: [Explanation] = addresses + disks + memory + scope

    private static let swaps = [RevertMethod.swapOSDisk, .swapDataDisk]

    private static let addresses =
        swaps.map { method in
            Explanation(
                .publicAddress, [.changed, .lost], "AZ-126",
                "A deallocated machine gives a dynamic address back and gets another one when it is started.",
                when: [.reverted(method.rawValue)])
        }
        + [Fact.publicAddress, .privateAddress, .hardwareAddress].map { fact in
            Explanation(
                fact, [.changed], "AZ-115",
                "No interface is in a restore point or a snapshot: a new machine has one of its own.",
                when: [.reverted(RevertMethod.newMachine.rawValue)])
        }
        + [
            Explanation(
                .machine, [.changed], "AZ-113",
                "There is no verb that restores a machine: another one is built around the disks.",
                when: [.reverted(RevertMethod.newMachine.rawValue)])
        ]

    private static let disks = [DiskRole.root, .data].map { role in
        Explanation(
            .disk(role), [.changed], "AZ-113",
            "Disks come back one by one, as new disks with names and unique ids of their own.")
    }

    private static let memory =
        [
            Explanation(
                .bootID, [.changed, .lost], "AZ-115",
                "Memory is in no snapshot and no restore point: every way back ends in a boot."),
            Explanation(.jobs, [.changed, .lost], "AZ-115", "Jobs run in memory, which is in no restore point."),
            Explanation(
                .stuckJobs, [.changed], "AZ-115", "Whoever ran the jobs was in memory, which is in no restore point."),
            Explanation(
                .openRecords, [.changed, .lost], "AZ-115",
                "Open transactions are in memory, which is in no restore point."),
            Explanation(
                .power, [.changed], "AZ-091", "A deallocated machine holds no host, and may not find one again."),
            Explanation(
                .database, [.changed], "AZ-108",
                "The database was taken as it was, in use: less than application consistency was achieved."),
        ]
        + [Fact.looseFiles, .fileSystem(.root), .fileSystem(.data)].map { fact in
            Explanation(
                fact, [.changed, .lost], "AZ-021",
                "What the guest had not written to its disks is in no snapshot that it was not told of.",
                when: [.quiesced(false)])
        }

    private static let scope =
        [Fact.program, .version, .configuration].map { fact in
            Explanation(
                fact, [.changed], "AZ-022", "A snapshot holds the disk that it was taken of, and no other.",
                when: [.holds(.root, false)])
        }
        + [Fact.service, .schema].map { fact in
            Explanation(
                fact, [.changed, .lost, .corrupt], "AZ-022",
                "A snapshot holds the disk that it was taken of, and no other.", when: [.holds(.root, false)])
        }
        + [TakingMethod.incrementalSnapshots, .fullSnapshots].flatMap { method in
            [Fact.service, .schema, .data, .records, .database].map { fact in
                Explanation(
                    fact, [.changed, .lost, .corrupt], "AZ-021",
                    "Each disk was taken at the instant of its own call, and they do not fit together.",
                    when: [.taken(method.rawValue), .holds(.root, true), .holds(.data, true)])
            }
        }
}
