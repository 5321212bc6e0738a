internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// What accounts for the differences that a revert leaves.
    static var whatRevertsLeave: [Explanation] { lostMemory + lostCaches + newDisks + power }

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
                .power, [.changed], "LV-034", "A revert gives the state that was captured, the machine's power too.",
                when: [.reverted("internal")]),
        ]
    }
}
