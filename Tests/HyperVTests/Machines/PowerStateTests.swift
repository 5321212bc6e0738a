import Hypervisor
import Testing

@testable import HyperV

@Suite("The states of a machine")
struct PowerStateTests {
    /// One event: where it leads from each state that takes it, and what must happen then; every other state refuses.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var moves: [PowerState: (to: PowerState, effect: PowerState.Effect)]
        var apply: @Sendable (inout PowerState) throws -> PowerState.Effect
    }

    @Test(
        "every event, from every state",
        arguments: [
            Row(
                testDescription: "Start-VM",
                moves: [
                    .off: (.starting, .boots), .saved: (.starting, .restoresMemory), .paused: (.resuming, .resumes),
                    .running: (.running, .nothing),
                ], apply: { try $0.start() }),
            Row(
                testDescription: "Start-VM where it does not resume",
                moves: [
                    .off: (.starting, .boots), .saved: (.starting, .restoresMemory), .running: (.running, .nothing),
                ], apply: { try $0.start(resumesPaused: false) }),
            Row(
                testDescription: "Resume-VM",
                moves: [.paused: (.resuming, .begins), .running: (.running, .nothing)], apply: { try $0.resume() }),
            Row(
                testDescription: "Suspend-VM",
                moves: [.running: (.pausing, .begins), .paused: (.paused, .nothing)], apply: { try $0.pause() }),
            Row(
                testDescription: "Save-VM",
                moves: [.running: (.saving, .begins), .paused: (.saving, .begins), .saved: (.saved, .nothing)],
                apply: { try $0.save() }),
            Row(
                testDescription: "Stop-VM",
                moves: [.running: (.stopping, .begins), .off: (.off, .nothing)], apply: { try $0.shutDown() }),
            Row(
                testDescription: "Stop-VM -TurnOff",
                moves: [
                    .running: (.off, .cut), .paused: (.off, .cut), .stopping: (.off, .cut),
                    .pausedCritical: (.off, .cut), .saved: (.off, .dropsSavedState),
                    .savedCritical: (.off, .dropsSavedState), .off: (.off, .nothing),
                    .offCritical: (.offCritical, .nothing),
                ], apply: { try $0.turnOff() }),
            Row(
                testDescription: "Stop-VM -TurnOff where saved states are kept",
                moves: [
                    .running: (.off, .cut), .paused: (.off, .cut), .stopping: (.off, .cut),
                    .pausedCritical: (.off, .cut), .off: (.off, .nothing), .offCritical: (.offCritical, .nothing),
                ], apply: { try $0.turnOff(dropsSaved: false) }),
            Row(
                testDescription: "Restart-VM", moves: [.running: (.running, .nothing)],
                apply: {
                    try $0.restart()
                    return .nothing
                }),
            Row(
                testDescription: "a change has come to its end",
                moves: [
                    .starting: (.running, .nothing), .resuming: (.running, .nothing), .pausing: (.paused, .nothing),
                    .saving: (.saved, .nothing), .stopping: (.off, .nothing),
                ],
                apply: {
                    try $0.settle()
                    return .nothing
                }),
            Row(
                testDescription: "the power fails",
                moves: [
                    .running: (.off, .nothing), .paused: (.off, .nothing), .stopping: (.off, .nothing),
                    .starting: (.off, .nothing), .resuming: (.off, .nothing), .pausing: (.off, .nothing),
                    .saving: (.off, .nothing), .pausedCritical: (.off, .nothing),
                ],
                apply: {
                    try $0.losePower()
                    return .nothing
                }),
            Row(
                testDescription: "the storage is full",
                moves: [
                    .running: (.pausedCritical, .nothing), .paused: (.pausedCritical, .nothing),
                    .saved: (.savedCritical, .nothing), .off: (.offCritical, .nothing),
                ],
                apply: {
                    try $0.loseStorage()
                    return .nothing
                }),
            Row(
                testDescription: "the storage is back",
                moves: [
                    .pausedCritical: (.running, .nothing), .savedCritical: (.saved, .nothing),
                    .offCritical: (.off, .nothing),
                ],
                apply: {
                    try $0.regainStorage()
                    return .nothing
                }),
            Row(
                testDescription: "a checkpoint is going to be applied",
                moves: [
                    .off: (.off, .nothing), .saved: (.saved, .nothing), .running: (.saving, .begins),
                    .paused: (.saving, .begins),
                ], apply: { try $0.beginApply(savesFirst: true) }),
            Row(
                testDescription: "a checkpoint is going to be applied, and nothing is saved before",
                moves: [
                    .off: (.off, .nothing), .saved: (.saved, .nothing), .running: (.stopping, .begins),
                    .paused: (.stopping, .begins),
                ], apply: { try $0.beginApply(savesFirst: false) }),
        ])
    func table(row: Row) {
        for state in PowerState.allCases {
            var found = state
            let effect = try? row.apply(&found)
            #expect(effect == row.moves[state]?.effect, "\(row.testDescription) in \(state)")
            #expect(found == row.moves[state]?.to ?? state, "a refused event changes nothing (\(state))")
        }
    }

    @Test(
        "what had begun is taken back",
        arguments: [
            (PowerState.starting, PowerState.off), (.stopping, .running), (.saving, .running), (.paused, .paused),
        ])
    func abandoned(state: PowerState, end: PowerState) {
        var (start, stop, save) = (state, state, state)
        start.abandonStart()
        stop.abandonShutDown()
        save.abandonSave()
        #expect([start, stop, save].filter { $0 != state } == (end == state ? [] : [end]))
    }

    @Test("every state has the number of the vendor, and no two share one")
    func codes() {
        #expect(Set(PowerState.allCases.map(\.code)).count == PowerState.allCases.count)
        #expect(PowerState.running.code == 2 && PowerState.off.code == 3 && PowerState.saved.code == 6)
    }
}
