import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and its relative SIGTERM: the first cancels and lets the run clean up, the second ends the process at once.
final class Interrupts {
    private let seen: Seen
    private let sources: [any DispatchSourceSignal]

    /// The first signal that came.
    private final class Seen: Sendable {
        let signal = Mutex<Int32?>(nil)
    }

    /// Begins to listen; `cancel` is called for the first signal.
    init(cancel: @escaping @Sendable () -> Void) {
        let seen = Seen()
        self.seen = seen
        sources = [SIGINT, SIGTERM].map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                let isFirst = seen.signal.withLock { first in
                    defer { first = first ?? number }
                    return first == nil
                }
                guard isFirst else { _exit(128 + number) }
                Console.complain(
                    "\nInterrupted: removing what was made. Once more ends at once and may leave something.")
                cancel()
            }
            source.resume()
            return source
        }
    }

    /// Stops listening; gives the exit code of an interrupted process when a signal came.
    func end() -> ExitCode? {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { _ = signal(number, SIG_DFL) }
        return seen.signal.withLock { $0 }.map { ExitCode(128 + $0) }
    }
}
