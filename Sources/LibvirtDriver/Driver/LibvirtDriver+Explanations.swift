internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// What accounts for the differences that a revert leaves.
    static var whatRevertsLeave: [Explanation] { lostMemory + lostCaches + newDisks + power + newMachines }

    /// What was in memory, where the snapshot holds none.
    private static var lostMemory: [Explanation] {
        let withoutMemory = "A snapshot of disks holds no memory: the guest boots, as after a power cut."
        let facts: [Fact] = [.bootID, .jobs, .stuckJobs, .openRecords]
        return facts.map {
            Explanation($0, [.lost, .changed], "LV-009", withoutMemory, when: [.memory(false), .wasOn(true)])
        }
    }

    /// What was on its way to the disks.
    private static var lostCaches: [Explanation] {
        let cache = "What the guest had not written to its disks is in no snapshot of disks alone."
        let facts: [Fact] = [.looseFiles, .fileSystem(.root), .fileSystem(.data)]
        let unquiesced = facts.map {
            Explanation(
                $0, [.lost, .changed], "LV-009", cache, when: [.memory(false), .quiesced(false), .wasOn(true)])
        }
        let replay = Explanation(
            .database, [.changed], "LV-009", "The database was taken as it was, in use, and replays its log.",
            when: [.memory(false), .wasOn(true)])
        return unquiesced + [replay]
    }

    private static var newDisks: [Explanation] {
        DiskRole.allCases.map { role in
            Explanation(
                .disk(role), [.changed], "LV-036",
                "libvirt does not revert to external snapshots here: the driver lays a new overlay over the snapshot's file.",
                when: [.reverted("external")])
        }
    }

    private static var power: [Explanation] {
        [
            Explanation(
                .power, [.changed], "LV-037", "A revert to disks alone leaves the machine off.",
                when: [.reverted("external"), .memory(false)]),
            Explanation(
                .service, [.changed], "LV-037", "A revert to disks alone leaves the machine off, and its service down.",
                when: [.reverted("external"), .memory(false), .differs(.power, true)]),
            Explanation(
                .power, [.changed], "LV-034", "A revert gives the state that was captured, the machine's power too.",
                when: [.reverted("internal")]),
        ]
    }

    /// A machine that is made of a snapshot's disks is another one, and boots.
    private static var newMachines: [Explanation] {
        let isNew: [Explanation.Circumstance] = [.reverted(newMachineMethod)]
        let identity = "Memory is restored under the name and identifier it was saved with: a new machine has its own."
        let memory = "The memory stays with the old machine: the new one boots, as after a power cut."
        let others: [Fact] = [.machine, .hardwareAddress, .privateAddress] + DiskRole.allCases.map { Fact.disk($0) }
        let recovered = DiskRole.allCases.map { Fact.fileSystem($0) }
        let lost: [Fact] = [.bootID, .jobs, .stuckJobs, .openRecords, .looseFiles, .database] + recovered
        return others.map { Explanation($0, [.changed], "LV-061", identity, when: isNew) }
            + lost.map { Explanation($0, [.lost, .changed], "LV-061", memory, when: isNew) } + [
                Explanation(
                    .snapshots, [.changed, .lost], "LV-061", "The snapshots stay with the machine they were taken of.",
                    when: isNew),
                Explanation(
                    .configuration, [.changed], "CCI-010",
                    "The new addresses were put into a file of the configuration, as they must be after a restore.",
                    when: isNew + [.appliance(.circleCIServices), .differs(.configuredAddress, true)]),
                Explanation(
                    .power, [.changed], "LV-061", "Without its memory a new machine is found off.", when: isNew),
                Explanation(
                    .service, [.changed], "LV-061", "Without its memory a new machine is found off, its service down.",
                    when: isNew + [.differs(.power, true)]),
            ]
    }
}
