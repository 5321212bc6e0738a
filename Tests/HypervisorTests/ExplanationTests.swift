import Hypervisor
import LabCore
import Testing

@Suite struct ExplanationTests {
    static let snapshot = Snapshot(
        id: .init(rawValue: "snap-1"), name: "before", machine: .init(rawValue: "i-1"), instant: .start, disks: [.data],
        holdsMemory: false, isQuiesced: true, state: .ready, method: "set")
    static let revert = RevertReport(machine: .init(rawValue: "i-1"), method: "swap", leftRunning: true)

    @Test(
        "an explanation accounts for a fate in its circumstances only",
        arguments: [
            (.memory(false), true), (.memory(true), false), (.quiesced(true), true), (.quiesced(false), false),
            (.holds(.data, true), true), (.holds(.root, true), false), (.holds(.root, false), true),
            (.taken("set"), true), (.taken("image"), false), (.reverted("swap"), true), (.reverted("new"), false),
        ] as [(Explanation.Circumstance, Bool)])
    func circumstances(circumstance: Explanation.Circumstance, accounts: Bool) {
        let explanation = Explanation(.bootID, [.changed], "T-001", "A boot is a new one.", when: [circumstance])
        #expect(
            explanation.accounts(for: .bootID, .changed, snapshot: Self.snapshot, revert: Self.revert) == accounts)
    }

    @Test func `an explanation is of one fact and of the fates it names`() {
        let explanation = Explanation(.bootID, [.changed, .lost], "T-001", "A boot is a new one.")
        let fates = Fate.allCases.filter {
            explanation.accounts(for: .bootID, $0, snapshot: Self.snapshot, revert: Self.revert)
        }
        #expect(fates == [.lost, .changed])
        #expect(!explanation.accounts(for: .machine, .changed, snapshot: Self.snapshot, revert: Self.revert))
    }
}
