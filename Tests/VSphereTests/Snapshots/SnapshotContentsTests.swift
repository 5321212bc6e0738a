import Testing

@testable import VSphere

@Suite("What a snapshot holds and where a revert ends")
struct SnapshotContentsTests {
    struct Row {
        let power: PowerState
        let memory: Bool
        let quiesce: Bool
        var tools = true
        var diskOnly = true
        let state: PowerState
        let holdsMemory: Bool
        let quiesces: Bool
    }

    static let off: [Row] = [false, true].flatMap { memory in
        [false, true].map { quiesce in
            Row(
                power: .poweredOff, memory: memory, quiesce: quiesce, state: .poweredOff, holdsMemory: false,
                quiesces: false)
        }
    }
    static let on: [Row] = [
        Row(power: .poweredOn, memory: true, quiesce: false, state: .poweredOn, holdsMemory: true, quiesces: false),
        Row(power: .poweredOn, memory: true, quiesce: true, state: .poweredOn, holdsMemory: true, quiesces: false),
        Row(power: .poweredOn, memory: false, quiesce: true, state: .poweredOff, holdsMemory: false, quiesces: true),
        Row(
            power: .poweredOn, memory: false, quiesce: true, tools: false, state: .poweredOff, holdsMemory: false,
            quiesces: false),
        Row(power: .poweredOn, memory: false, quiesce: false, state: .poweredOff, holdsMemory: false, quiesces: false),
    ]
    static let suspended: [Row] = [false, true].flatMap { quiesce in
        [
            Row(
                power: .suspended, memory: true, quiesce: quiesce, state: .suspended, holdsMemory: true,
                quiesces: false),
            Row(
                power: .suspended, memory: false, quiesce: quiesce, state: .poweredOff, holdsMemory: false,
                quiesces: false),
            Row(
                power: .suspended, memory: false, quiesce: quiesce, diskOnly: false, state: .suspended,
                holdsMemory: true, quiesces: false),
        ]
    }

    @Test("VMW-025: contents by power, memory and quiesce, without memory always powered off", arguments: off + on)
    func holds(row: Row) { Self.check(row) }

    @Test("VMW-027: a suspended machine's memory is included unless disk-only is supported", arguments: suspended)
    func asleep(row: Row) { Self.check(row) }

    private static func check(_ row: Row) {
        let contents = SnapshotContents(
            of: row.power, memory: row.memory, quiesce: row.quiesce, toolsInstalled: row.tools,
            diskOnlySuspended: row.diskOnly)
        #expect(contents.state == row.state)
        #expect(contents.holdsMemory == row.holdsMemory)
        #expect(contents.quiesces == row.quiesces)
    }

    @Test(
        "the power after a revert, by the snapshot's state and the wish not to switch on",
        arguments: [
            (PowerState.poweredOn, false, PowerState.poweredOn), (.poweredOn, true, .suspended),
            (.suspended, false, .suspended), (.suspended, true, .suspended),
            (.poweredOff, false, .poweredOff), (.poweredOff, true, .poweredOff),
        ])
    func afterRevert(state: PowerState, suppress: Bool, power: PowerState) {
        #expect(state.afterRevert(suppressPowerOn: suppress) == power)
    }
}
