package import Hypervisor
internal import LabCore
internal import Synchronization

/// What happened since someone last looked; the link's thread writes to it as well as the driver.
package final class DriverJournal: Sendable {
    private let events = Mutex<[Event]>([])

    /// Makes an empty journal.
    package init() {}

    /// Writes down what happened to `subject` just now.
    package func note(_ subject: String, _ text: String) {
        let event = Event(HostClock.now, subject, text)
        events.withLock { $0.append(event) }
    }

    /// Writes down a change of a domain's life in libvirt's words.
    func note(_ change: WorkerProcess.LifecycleEvent) {
        // Rule: https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainEventType
        let words = [
            "defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "suspended", "crashed",
        ]
        let word = words.indices.contains(change.event) ? words[change.event] : "event \(change.event)"
        note(change.domain, "\(word) (\(change.event), \(change.detail))")
    }

    /// Takes out all events, oldest first.
    package func take() -> [Event] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
