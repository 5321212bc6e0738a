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

    @Test(
        "entries that come, go and are withdrawn in any order fall due as in a sorted list", arguments: UInt64(0)..<20)
    func anyOrder(seed: UInt64) {
        var dice = Dice(seed: seed)
        var agenda = Agenda<Int>()
        var model: [(due: Int, number: Int, ticket: Agenda<Int>.Ticket)] = []
        var taken: [(found: Int?, expected: Int?)] = []
        for number in 0..<2000 {
            let due = dice.roll(below: 500)
            if dice.chance(3, in: 5) {
                let ticket = agenda.enter(number, at: .start + .seconds(due))
                let place = model.firstIndex { $0.due > due } ?? model.endIndex
                model.insert((due, number, ticket), at: place)
            } else if dice.chance(1, in: 3), !model.isEmpty {
                let gone = model.remove(at: dice.roll(below: model.count))
                taken.append((agenda.withdraw(gone.ticket) ? 1 : 0, 1))
            } else {
                let first = model.first.flatMap { $0.due <= due ? model.removeFirst() : nil }
                taken.append((agenda.take(dueBy: .start + .seconds(due))?.event, first?.number))
            }
        }
        #expect(taken.allSatisfy { $0.found == $0.expected })
        #expect(agenda.next == model.first.map { .start + .seconds($0.due) })
    }

    @Test func `a copy goes on alone`() {
        var agenda = Agenda<Int>()
        for number in 0..<300 { agenda.enter(number, at: .start + .seconds(number)) }
        var copy = agenda
        copy.enter(-1, at: .start)
        _ = copy.take(dueBy: .start)
        _ = copy.take(dueBy: .start)
        let next = (agenda.take(dueBy: .start + .days(1))?.event, copy.take(dueBy: .start + .days(1))?.event)
        #expect(next == (0, 1))
    }
}
