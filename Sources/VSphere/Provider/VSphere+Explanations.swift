public import Hypervisor
import LabCore

extension VSphere {
    /// What accounts for the differences that a revert on vSphere leaves.
    public static let explanations: [Explanation] = inPlace + lostCaches + leftOutRoot + newMachine

    /// What a revert in place does to every machine.
    private static var inPlace: [Explanation] {
        let coldBoot = "A snapshot without memory stands for a machine that is off: the guest boots anew."
        let ran: [Explanation.Circumstance] = [.memory(false), .wasOn(true)]
        return [
            Explanation(
                .power, [.changed, .lost], "VMW-063", "A revert to a snapshot without memory leaves the machine off.",
                when: ran),
            Explanation(
                .power, [.changed], "VMW-065", "A revert that is not to switch on leaves the machine suspended.",
                when: [.memory(true), .reverted(RevertMethod.revertWithoutPowerOn.rawValue)]),
            Explanation(.bootID, [.changed, .lost], "VMW-063", coldBoot, when: ran),
            Explanation(.jobs, [.changed, .lost], "VMW-063", coldBoot, when: ran),
            Explanation(.stuckJobs, [.changed, .lost], "VMW-063", coldBoot, when: ran),
            Explanation(
                .snapshots, [.changed, .reverted, .kept], "VMW-061",
                "A revert neither adds nor removes snapshots: the one it goes back to is still there."),
        ] + newDeltas
    }

    /// The files that a revert in place opens.
    private static var newDeltas: [Explanation] {
        let text = "Each snapshot and each revert opens a new delta: the file that is written to has another name."
        return [RevertMethod.revert.rawValue, RevertMethod.revertWithoutPowerOn.rawValue].flatMap { method in
            DiskRole.allCases.map { role in
                Explanation(.disk(role), [.changed], "VMW-122", text, when: [.reverted(method)])
            }
        }
    }

    /// What was in caches and is lost without memory and without quiescing.
    private static var lostCaches: [Explanation] {
        let cache =
            "A snapshot without memory and without quiescing holds what had reached the disks, as after a power cut."
        let unquiesced: [Explanation.Circumstance] = [.memory(false), .quiesced(false), .wasOn(true)]
        let flushed =
            "Without memory, what an application had not written is gone, though the file systems were at rest."
        return [
            Explanation(.looseFiles, [.lost, .changed], "VMW-025", cache, when: unquiesced),
            Explanation(.records, [.lost], "VMW-025", cache, when: unquiesced),
            Explanation(.data, [.lost, .changed], "VMW-025", cache, when: unquiesced),
            Explanation(.openRecords, [.lost, .changed], "VMW-025", flushed, when: [.memory(false), .wasOn(true)]),
            Explanation(.database, [.changed], "VMW-025", cache, when: unquiesced),
            Explanation(
                .database, [.changed], "VMW-025",
                "Without memory, a database that was in use starts anew and replays its log, though the disks were at rest.",
                when: [.memory(false), .quiesced(true), .wasOn(true)]),
            Explanation(.fileSystem(.root), [.changed], "VMW-025", cache, when: unquiesced),
            Explanation(.fileSystem(.data), [.changed], "VMW-025", cache, when: unquiesced),
        ]
    }

    /// What stays new when the root disk was left out of the snapshot.
    private static var leftOutRoot: [Explanation] {
        let text = "An independent disk keeps its contents through a revert: the root disk is newer than the data."
        let facts: [Fact] = [.program, .version, .configuration, .service, .fileSystem(.root)]
        return facts.map {
            Explanation($0, [.changed, .lost, .corrupt], "VMW-073", text, when: [.holds(.root, false)])
        }
    }

    /// What a clone does not share with the machine it stands for.
    private static var newMachine: [Explanation] {
        let isClone: [Explanation.Circumstance] = [.reverted(RevertMethod.newMachine.rawValue)]
        let text = "A clone of a snapshot is a new machine with a reference, interfaces and files of its own."
        let facts: [Fact] = [.machine, .hardwareAddress, .privateAddress, .disk(.root), .disk(.data)]
        return facts.map { Explanation($0, [.changed], "VMW-137", text, when: isClone) } + [
            Explanation(
                .snapshots, [.lost, .changed], "VMW-137", "A clone has no snapshots.", when: isClone)
        ]
    }
}
