/// Events that fall due in the future, in the order of their time and, at one time, in the order they were entered.
///
/// Every plane has one and works it all the time: what does so is inlinable, to be specialised for the plane's events.
public struct Agenda<Event: Hashable & Sendable>: Hashable, Sendable {
    /// Names one entry, to withdraw it.
    public struct Ticket: Hashable, Sendable {
        @usableFromInline let number: Int

        @usableFromInline init(number: Int) { self.number = number }
    }

    @usableFromInline struct Entry: Hashable, Sendable {
        @usableFromInline let due: Instant
        @usableFromInline let number: Int
        @usableFromInline let event: Event

        @inlinable init(due: Instant, number: Int, event: Event) {
            self.due = due
            self.number = number
            self.event = event
        }

        @inlinable func comes(before other: Entry) -> Bool { (due, number) < (other.due, other.number) }
    }

    /// A binary heap: every entry comes before the two at twice its place and one or two more.
    @usableFromInline var entries: [Entry] = []
    @usableFromInline var entered = 0

    /// Makes an empty agenda.
    @inlinable public init() {}

    /// The time of the next event, if there is one.
    @inlinable public var next: Instant? { entries.first?.due }

    /// Enters `event` to fall due at `due`.
    ///
    /// - Complexity: logarithmic in the number of entries.
    @inlinable @discardableResult
    public mutating func enter(_ event: Event, at due: Instant) -> Ticket {
        entered += 1
        entries.append(Entry(due: due, number: entered, event: event))
        rise(from: entries.endIndex - 1)
        return Ticket(number: entered)
    }

    /// Withdraws an entry; false when it has fallen due already or was withdrawn before.
    ///
    /// - Complexity: linear in the number of entries.
    @inlinable @discardableResult
    public mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let place = entries.firstIndex(where: { $0.number == ticket.number }) else { return false }
        remove(at: place)
        return true
    }

    /// Takes out the next event that is due at `limit` or before.
    ///
    /// - Complexity: logarithmic in the number of entries.
    @inlinable public mutating func take(dueBy limit: Instant) -> (due: Instant, event: Event)? {
        guard let first = entries.first, first.due <= limit else { return nil }
        remove(at: entries.startIndex)
        return (first.due, first.event)
    }

    /// Takes out the next event that is due at `limit` or before, and moves a world to its time, or to `limit` when there
    /// is none; never back.
    ///
    /// - Complexity: logarithmic in the number of entries.
    @inlinable public mutating func take(dueBy limit: Instant, in world: inout World) -> Event? {
        let next = take(dueBy: limit)
        world.advance(to: max(next?.due ?? limit, world.now))
        return next?.event
    }

    @inlinable mutating func remove(at place: Int) {
        let last = entries.removeLast()
        guard place < entries.endIndex else { return }
        entries[place] = last
        sink(from: place)
        rise(from: place)
    }

    @inlinable mutating func rise(from start: Int) {
        var place = start
        while place > 0, entries[place].comes(before: entries[(place - 1) / 2]) {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    @inlinable mutating func sink(from start: Int) {
        var place = start
        while true {
            let left = 2 * place + 1
            guard left < entries.endIndex else { return }
            let right = left + 1
            let isRightFirst = right < entries.endIndex && entries[right].comes(before: entries[left])
            let first = isRightFirst ? right : left
            guard entries[first].comes(before: entries[place]) else { return }
            entries.swapAt(place, first)
            place = first
        }
    }
}
