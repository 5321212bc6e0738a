import Foundation
import Reports
import ScenarioRunner
import Synchronization

/// Shows on standard error how far a run is.
final class ProgressDisplay: Sendable {
    private let text: Mutex<ProgressText>

    init(_ text: ProgressText) { self.text = Mutex(text) }

    /// Takes in something that happened.
    func note(_ event: RunEvent) { text.withLock { Console.write($0.take(event), to: .standardError) } }

    /// Takes away what is written over.
    func finish() { text.withLock { Console.write($0.finish(), to: .standardError) } }
}
