/// Events that fall due in the future, in the order of their time and, at one time, in the order they were entered.
public struct Agenda<Event: Hashable & Sendable>: Hashable, Sendable {
    /// Names one entry, to withdraw it.
    public struct Ticket: Hashable, Sendable { fileprivate let number: Int }

    private struct Entry: Hashable, Sendable {
        let due: Instant
        let number: Int
        let event: Event
    }

    /// Sorted with the latest first, so that the next event is taken from the end in constant time.
    private var entries: [Entry] = []
    private var entered = 0

    /// Makes an empty agenda.
    public init() {}

    /// The time of the next event, if there is one.
    public var next: Instant? { entries.last?.due }

    /// Enters `event` to fall due at `due`.
    ///
    /// - Complexity: linear in the entries that fall due earlier, which are few when time advances steadily.
    @discardableResult
    public mutating func enter(_ event: Event, at due: Instant) -> Ticket {
        entered += 1
        var place = entries.endIndex
        while place > 0, entries[place - 1].due <= due { place -= 1 }
        entries.insert(Entry(due: due, number: entered, event: event), at: place)
        return Ticket(number: entered)
    }

    /// Withdraws an entry; false when it has fallen due already or was withdrawn before.
    ///
    /// - Complexity: linear in the number of entries.
    @discardableResult
    public mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let place = entries.firstIndex(where: { $0.number == ticket.number }) else { return false }
        entries.remove(at: place)
        return true
    }

    /// Takes out the next event that is due at `limit` or before.
    public mutating func take(dueBy limit: Instant) -> (due: Instant, event: Event)? {
        guard let last = entries.last, last.due <= limit else { return nil }
        entries.removeLast()
        return (last.due, last.event)
    }
}
