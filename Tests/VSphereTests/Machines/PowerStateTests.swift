import LabCore
import Testing

@testable import VSphere

@Suite("Power")
struct PowerStateTests {
    enum Verb: String, CaseIterable { case powerOn, powerOff, suspend, reset, askGuest }
    struct Row {
        let from: RuntimePower
        let verb: Verb
        let to: RuntimePower?
        let effect: RuntimePower.Effect?
    }

    static let boot = Instant.start
    static let now = Instant.start + .seconds(60)
    static let off = RuntimePower.poweredOff
    static let on = RuntimePower.poweredOn(boot: boot)
    static let asleep = RuntimePower.suspended(boot: boot, since: boot + .seconds(30))

    static let table: [Row] = [
        Row(from: off, verb: .powerOn, to: .poweredOn(boot: now), effect: .boot),
        Row(from: off, verb: .powerOff, to: nil, effect: nil),
        Row(from: off, verb: .suspend, to: nil, effect: nil),
        Row(from: off, verb: .reset, to: nil, effect: nil),
        Row(from: off, verb: .askGuest, to: nil, effect: nil),
        Row(from: on, verb: .powerOn, to: nil, effect: nil),
        Row(from: on, verb: .powerOff, to: off, effect: .cut),
        Row(from: on, verb: .suspend, to: .suspended(boot: boot, since: now), effect: .suspend),
        Row(from: on, verb: .reset, to: .poweredOn(boot: now), effect: .reboot),
        Row(from: on, verb: .askGuest, to: on, effect: nil),
        Row(from: asleep, verb: .powerOn, to: on, effect: .resume),
        Row(from: asleep, verb: .powerOff, to: off, effect: .dropMemory),
        Row(from: asleep, verb: .suspend, to: nil, effect: nil),
        Row(from: asleep, verb: .reset, to: nil, effect: nil),
        Row(from: asleep, verb: .askGuest, to: nil, effect: nil),
    ]

    @Test("VMW-010: each power verb from each state, and a refusal that names both states", arguments: table)
    func verb(row: Row) throws {
        var power = row.from
        do throws(MethodFault) {
            let effect = try Self.apply(row.verb, to: &power)
            #expect(power == row.to)
            #expect(effect == row.effect)
        } catch {
            #expect(row.to == nil, "\(error)")
            #expect(power == row.from, "a refused verb changes nothing")
            let needed: PowerState = row.verb == .powerOn ? .poweredOff : .poweredOn
            #expect(error.reason == .invalidPowerState(requested: needed, existing: row.from.state))
            #expect(error.rule == "VMW-010")
        }
    }

    @Test("the table has every state with every verb")
    func complete() {
        #expect(Self.table.count == PowerState.allCases.count * Verb.allCases.count)
    }

    @Test("vSphere 4 refuses to power off what is suspended")
    func dropsSuspended() {
        var power = Self.asleep
        #expect(throws: MethodFault.self) { try power.powerOff(dropsSuspended: false) }
        #expect(power == Self.asleep)
    }

    private static func apply(
        _ verb: Verb, to power: inout RuntimePower
    ) throws(MethodFault) -> RuntimePower.Effect? {
        switch verb {
        case .powerOn: return try power.powerOn(at: now)
        case .powerOff: return try power.powerOff(dropsSuspended: true)
        case .suspend: return try power.suspend(at: now)
        case .reset: return try power.reset(at: now)
        case .askGuest:
            try power.askGuest()
            return nil
        }
    }
}
