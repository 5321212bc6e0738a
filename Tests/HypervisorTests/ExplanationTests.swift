import Hypervisor
import LabCore
import Testing

@Suite struct ExplanationTests {
    static let situation = Situation(
        snapshot: Snapshot(
            id: .init(rawValue: "snap-1"), name: "before", machine: .init(rawValue: "i-1"), instant: .start,
            disks: [.root, .data], holdsMemory: false, isQuiesced: true, state: .ready, method: "set"),
        revert: RevertReport(machine: .init(rawValue: "i-1"), method: "swap", leftRunning: true), disks: [.data],
        power: "off", appliance: .circleCIServices, layout: .init(externalDatabase: true), differences: [.schema])

    @Test(
        "an explanation accounts for a fate in its circumstances only",
        arguments: [
            (.memory(false), true), (.memory(true), false), (.quiesced(true), true), (.quiesced(false), false),
            (.holds(.root, true), true), (.holds(.root, false), false), (.bringsBack(.data, true), true),
            (.bringsBack(.root, true), false), (.bringsBack(.root, false), true), (.taken("set"), true),
            (.taken("image"), false), (.reverted("swap"), true), (.reverted("new"), false), (.wasOn(false), true),
            (.wasOn(true), false), (.externalDatabase(true), true), (.externalDatabase(false), false),
            (.remoteObjects(true), false), (.remoteObjects(false), true), (.appliance(.circleCIServices), true),
            (.appliance(.generic), false), (.differs(.schema, true), true), (.differs(.schema, false), false),
            (.differs(.data, true), false), (.differs(.data, false), true),
        ] as [(Explanation.Circumstance, Bool)])
    func circumstances(circumstance: Explanation.Circumstance, accounts: Bool) {
        let explanation = Explanation(.bootID, [.changed], "T-001", "A boot is a new one.", when: [circumstance])
        #expect(explanation.accounts(for: .bootID, .changed, in: Self.situation) == accounts)
    }

    @Test("a machine whose power nobody saw was neither on nor off", arguments: [true, false])
    func unknownPower(wasOn: Bool) {
        var situation = Self.situation
        situation.power = nil
        #expect(!situation.has(.wasOn(wasOn)))
    }

    @Test("without more, a revert brings back all that the snapshot holds")
    func disks() {
        let situation = Situation(snapshot: Self.situation.snapshot, revert: Self.situation.revert)
        #expect(situation.disks == [.root, .data])
    }

    @Test func `an explanation is of one fact and of the fates it names`() {
        let explanation = Explanation(.bootID, [.changed, .lost], "T-001", "A boot is a new one.")
        let fates = Fate.allCases.filter { explanation.accounts(for: .bootID, $0, in: Self.situation) }
        #expect(fates == [.lost, .changed])
        #expect(!explanation.accounts(for: .machine, .changed, in: Self.situation))
    }
}
