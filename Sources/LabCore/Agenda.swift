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

    /// All entries, the last to come first, in runs of which none is empty.
    ///
    /// What falls due next stands at the end. A copy that is written to shares all runs but one with its original, so
    /// that a fork costs little among many entries.
    @usableFromInline var runs: [[Entry]] = []
    @usableFromInline var entered = 0

    /// Makes an empty agenda.
    @inlinable public init() {}

    /// The most entries in a run.
    @inlinable static var longestRun: Int { 64 }

    /// The time of the next event, if there is one.
    @inlinable public var next: Instant? { runs.last?.last?.due }

    /// Enters `event` to fall due at `due`.
    ///
    /// - Complexity: logarithmic in the number of entries, and linear in that of runs where a copy is kept.
    @inlinable @discardableResult
    public mutating func enter(_ event: Event, at due: Instant) -> Ticket {
        entered += 1
        insert(Entry(due: due, number: entered, event: event))
        return Ticket(number: entered)
    }

    /// Withdraws an entry; false when it has fallen due already or was withdrawn before.
    ///
    /// - Complexity: linear in the number of entries.
    @inlinable @discardableResult
    public mutating func withdraw(_ ticket: Ticket) -> Bool {
        for run in runs.indices {
            guard let place = runs[run].firstIndex(where: { $0.number == ticket.number }) else { continue }
            runs[run].remove(at: place)
            if runs[run].isEmpty { runs.remove(at: run) }
            return true
        }
        return false
    }

    /// Takes out the next event that is due at `limit` or before.
    ///
    /// - Complexity: constant, and linear in the number of runs where a copy is kept.
    @inlinable public mutating func take(dueBy limit: Instant) -> (due: Instant, event: Event)? {
        guard let last = runs.indices.last, let first = runs[last].last, first.due <= limit else { return nil }
        runs[last].removeLast()
        if runs[last].isEmpty { runs.removeLast() }
        return (first.due, first.event)
    }

    /// Takes out the next event that is due at `limit` or before, and moves a world to its time, or to `limit` when there
    /// is none; never back.
    ///
    /// - Complexity: constant, and linear in the number of runs where a copy is kept.
    @inlinable public mutating func take(dueBy limit: Instant, in world: inout World) -> Event? {
        let next = take(dueBy: limit)
        world.advance(to: max(next?.due ?? limit, world.now))
        return next?.event
    }

    @inlinable mutating func insert(_ entry: Entry) {
        guard let last = runs.indices.last else {
            runs.append([entry])
            return
        }
        // The first run that ends with something earlier; what comes before all stands at the end of the last.
        let run = min(last, runs.boundary { $0[$0.endIndex - 1].comes(before: entry) })
        runs[run].insert(entry, at: runs[run].boundary { $0.comes(before: entry) })
        guard runs[run].count > Self.longestRun else { return }
        let half = runs[run].count / 2
        let later = Array(runs[run][..<half])
        runs[run].removeFirst(half)
        runs.insert(later, at: run)
    }
}

extension Array {
    /// The first place of which `isBeyond` holds, where it holds of all that follow; the end where it holds of none.
    ///
    /// - Complexity: logarithmic in the number of elements.
    @inlinable func boundary(_ isBeyond: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
