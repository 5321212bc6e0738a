package import Hypervisor
package import LabCore

/// The state of the merge of one layer into the one that it stands on.
package enum MergeState: String, ResourceState, CaseIterable {
    /// It waits for its turn, or until the machine is off.
    case queued
    case running
    /// A start of the machine, or a crash, has stopped it; it begins again from nothing.
    case interrupted
    /// It waits for room on the volume.
    case starved
    case failed
    case done

    /// What can happen to a merge.
    package enum Event: Hashable, Sendable, CaseIterable { case run, complete, interrupt, starve, fail, requeue }

    /// Takes an event, or refuses it.
    package mutating func take(_ event: Event) throws(NotInState<Self>) {
        switch (self, event) {
        case (.queued, .run), (.interrupted, .run), (.starved, .run): self = .running
        case (.running, .complete): self = .done
        case (.running, .interrupt): self = .interrupted
        case (.queued, .starve), (.interrupted, .starve): self = .starved
        case (.queued, .fail), (.running, .fail): self = .failed
        case (.failed, .requeue), (.interrupted, .requeue), (.starved, .requeue): self = .queued
        default: throw NotInState(self)
        }
    }
}

/// The merge of a layer into the one that it stands on.
package struct Merge: Hashable, Sendable {
    package typealias ID = Int

    package let id: ID
    /// The machine whose layers they are, or were.
    package let machine: VirtualMachine.ID
    /// The layer that goes.
    package let child: FilePath
    /// The layer that takes up what the other held.
    package internal(set) var parent: FilePath
    package internal(set) var state = MergeState.queued
    /// When it began, and when it will be done.
    package internal(set) var span: Span?
    /// Whether the machine runs meanwhile.
    package internal(set) var isLive = false
    /// Counts how often it began.
    package internal(set) var attempts = 0

    /// When something began, and when it will be done.
    package struct Span: Hashable, Sendable {
        package var began: Instant
        package var ends: Instant
    }

    /// How much is done, in percent; nothing after an interruption.
    package func percentComplete(at now: Instant) -> Int {
        guard state == .running, let span, span.ends > span.began else { return state == .done ? 100 : 0 }
        return min(99, Int((now - span.began).nanoseconds * 100 / (span.ends - span.began).nanoseconds))
    }
}
