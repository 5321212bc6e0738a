import LabCore
import Testing

@Suite struct AgendaTests {
    @Test func `events fall due by time, and in the order of entry at one time`() {
        var agenda = Agenda<String>()
        agenda.enter("late", at: .start + .seconds(9))
        agenda.enter("first of two", at: .start + .seconds(3))
        agenda.enter("second of two", at: .start + .seconds(3))
        agenda.enter("early", at: .start)
        var taken: [String] = []
        while let next = agenda.take(dueBy: .start + .seconds(9)) { taken.append(next.event) }
        #expect(taken == ["early", "first of two", "second of two", "late"])
    }

    @Test func `nothing is taken before it is due`() {
        var agenda = Agenda<String>()
        agenda.enter("later", at: .start + .nanoseconds(1))
        let taken = agenda.take(dueBy: .start)
        #expect(taken?.event == nil)
        #expect(agenda.next == .start + .nanoseconds(1))
    }

    @Test func `a withdrawn event never falls due, and is withdrawn once`() {
        var agenda = Agenda<String>()
        let ticket = agenda.enter("never", at: .start)
        agenda.enter("ever", at: .start)
        let withdrawals = [agenda.withdraw(ticket), agenda.withdraw(ticket)]
        #expect(withdrawals == [true, false])
        let taken = [agenda.take(dueBy: .start)?.event, agenda.take(dueBy: .start)?.event]
        #expect(taken == ["ever", nil])
    }

    @Test("the order is that of a stable sort, whatever the order of entry", arguments: UInt64(0)..<20)
    func order(seed: UInt64) {
        var dice = Dice(seed: seed)
        var agenda = Agenda<Int>()
        let dues = (0..<200).map { _ in dice.roll(below: 20) }
        for (number, due) in dues.enumerated() { agenda.enter(number, at: .start + .seconds(due)) }
        let sorted = dues.enumerated().sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }.map(\.offset)
        var taken: [Int] = []
        while let next = agenda.take(dueBy: .start + .days(1)) { taken.append(next.event) }
        #expect(taken == sorted)
    }
}
