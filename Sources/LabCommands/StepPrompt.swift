import Foundation
import ScenarioRunner

/// Asks before each step whether to go on.
enum StepPrompt {
    /// Whether to do a step: Enter goes on; `q`, or the end of input, stops and cleans up.
    static func ask(_ flow: Flow, _ step: StepReference) async -> Bool {
        await withCheckedContinuation { continuation in
            // Waiting for a person must not hold up a thread that others work on.
            Thread.detachNewThread {
                Console.write(
                    "\(flow.name), line \(step.position.line), \(step)\n[Enter] go on  [q] stop and clean up: ",
                    to: .standardError)
                let answer = readLine()
                continuation.resume(returning: answer.map { !$0.lowercased().hasPrefix("q") } ?? false)
            }
        }
    }
}
