package import LabCore

/// A plane with a world, an agenda and a journal of its own: time moves on from one thing that falls due to the next.
package protocol Scheduled {
    /// What can fall due.
    associatedtype Due: Hashable & Sendable

    /// Time, dice and names.
    var world: World { get set }
    /// What is going to fall due.
    var agenda: Agenda<Due> { get set }
    /// What has happened since somebody took the events out, oldest first.
    var journal: [Event] { get set }

    /// Moves virtual time on to `limit`, and with it everything that falls due; never back.
    ///
    /// Each plane writes it out for itself: the agenda that it works all the time is specialised there for its events.
    mutating func advance(to limit: Instant)
}

extension Scheduled {
    /// Moves virtual time on until `isReached`, but not beyond `limit`.
    package mutating func advance(until limit: Instant, _ isReached: (Self) -> Bool) {
        while !isReached(self), let next = agenda.next, next <= limit { advance(to: max(next, world.now)) }
        if !isReached(self) { advance(to: max(limit, world.now)) }
    }

    /// Moves virtual time on, from one thing that falls due to the next, for as long as `isPassing` and there is a next.
    package mutating func advance<Failure>(while isPassing: (Self) throws(Failure) -> Bool) throws(Failure) {
        while try isPassing(self), let next = agenda.next { advance(to: max(next, world.now)) }
    }

    /// Writes an event into the journal.
    package mutating func note(_ subject: some CustomStringConvertible, _ text: String) {
        journal.append(Event(world.now, subject.description, text))
    }

    /// Does something as a whole or not at all: when it throws, the plane is as it was, but for what the journal told before.
    ///
    /// - Parameter body: what is to be done.
    /// - Throws: what the body throws.
    /// - Returns: what the body answers.
    package mutating func asWhole<Answer, Failure>(
        _ body: (inout Self) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        // The journal only grows, and while a copy of it is kept each event would cost what it holds: it is set aside.
        var told: [Event] = []
        swap(&told, &journal)
        defer {
            told += journal
            journal = told
        }
        let before = self
        do throws(Failure) { return try body(&self) } catch {
            self = before
            throw error
        }
    }
}
