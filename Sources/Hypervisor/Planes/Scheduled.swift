package import LabCore

/// A plane with a world and an agenda of its own: time moves on from one thing that falls due to the next.
package protocol Scheduled {
    /// What can fall due.
    associatedtype Due: Hashable & Sendable

    /// Time, dice and names.
    var world: World { get set }
    /// What is going to fall due.
    var agenda: Agenda<Due> { get set }

    /// Does what is due now.
    mutating func handle(_ due: Due)
}

extension Scheduled {
    /// Moves virtual time on to `limit`, and with it everything that falls due; never back.
    package mutating func advance(to limit: Instant) {
        while let (due, event) = agenda.take(dueBy: limit) {
            world.advance(to: max(due, world.now))
            handle(event)
        }
        world.advance(to: max(limit, world.now))
    }

    /// Moves virtual time on until `isReached`, but not beyond `limit`.
    package mutating func advance(until limit: Instant, _ isReached: (Self) -> Bool) {
        while !isReached(self), let next = agenda.next, next <= limit { advance(to: max(next, world.now)) }
        if !isReached(self) { advance(to: max(limit, world.now)) }
    }

    /// Enters what falls due in `duration` from now.
    package mutating func enter(_ due: Due, in duration: Duration) { agenda.enter(due, at: world.now + duration) }
}
