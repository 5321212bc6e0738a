/// Where a run is in its steps, and where it goes when one goes wrong.
struct StepStack: Hashable, Sendable {
    private var frames: [Frame] = []
    /// The step that was handed out last.
    private(set) var current: StepReference?

    /// Steps that are done one after the other.
    private struct Frame: Hashable, Sendable {
        var steps: [Step]
        var next = 0
        /// What stands before the number of each step: `5.` inside the fifth.
        var prefix: String
        var role: Role

        /// The prefix without the part that names a `catch`.
        var basePrefix: String {
            prefix.hasSuffix("catch.") ? String(prefix.dropLast("catch.".count)) : prefix
        }

        /// The prefix of a repetition's next round: `5.1.` becomes `5.2.`.
        var prefixOfNextRound: String {
            let parts = prefix.split(separator: ".")
            guard let last = parts.last, let round = Int(last) else { return prefix }
            return (parts.dropLast().map(String.init) + [String(round + 1)]).joined(separator: ".") + "."
        }
    }

    /// What happens at the end of a frame, and when a step in it goes wrong.
    private enum Role: Hashable, Sendable {
        /// Nothing; a step that goes wrong ends this frame too.
        case body
        /// A `try`.
        case attempt(handler: [Step], cleanup: [Step])
        /// A `catch`.
        case handler(cleanup: [Step])
        /// A `finally`, and what went wrong before it.
        case cleanup(trouble: Conclusion.Reason?)
        /// A `repeat`, and how often it is still to be done.
        case repetition(more: Int)
    }

    /// Goes into the steps of a scenario.
    mutating func enter(_ steps: [Step]) { frames.append(Frame(steps: steps, prefix: "", role: .body)) }

    /// Goes into the steps of a `try`; the present step is that `try`.
    mutating func attempt(_ body: [Step], handler: [Step], cleanup: [Step]) {
        push(body, .attempt(handler: handler, cleanup: cleanup), part: "")
    }

    /// Goes into the steps of a `repeat`; the present step is that `repeat`.
    mutating func repeating(_ steps: [Step], times: Int) {
        push(steps, .repetition(more: times - 1), part: "1.")
    }

    /// Trouble that no `catch` took, once every `finally` that stood around it has been done.
    private(set) var uncaught: Conclusion.Reason?

    /// Goes on to the next step.
    ///
    /// - Parameter skip: why a step under this condition is not done; nothing when it is.
    /// - Returns: the step and where it is; nothing at the end.
    mutating func advance(skip: (Step.Condition) -> String?) -> (Step, StepReference)? {
        while let frame = frames.last {
            guard frame.next < frame.steps.count else {
                finish(frame)
                continue
            }
            frames[frames.count - 1].next += 1
            let step = frame.steps[frame.next]
            guard step.condition.flatMap(skip) == nil else { continue }
            let reference = StepReference(
                number: "\(frame.prefix)\(frame.next + 1)", summary: step.summary, position: step.position)
            current = reference
            return (step, reference)
        }
        current = nil
        return nil
    }

    /// The present step went wrong: goes to the innermost `catch`, past every `finally` on the way.
    ///
    /// - Returns: whether somebody takes it; otherwise the steps end once every `finally` is done.
    @discardableResult
    mutating func fail(_ trouble: Conclusion.Reason) -> Bool {
        while let frame = frames.popLast() {
            switch frame.role {
            case .body, .cleanup, .repetition: continue
            case .attempt(let handler, let cleanup) where !handler.isEmpty:
                push(handler, .handler(cleanup: cleanup), prefix: frame.prefix + "catch.")
                return true
            case .attempt(_, let cleanup), .handler(let cleanup):
                guard !cleanup.isEmpty else { continue }
                push(cleanup, .cleanup(trouble: trouble), prefix: frame.basePrefix + "finally.")
                return true
            }
        }
        uncaught = trouble
        return false
    }

    private mutating func finish(_ frame: Frame) {
        frames.removeLast()
        switch frame.role {
        case .body: break
        case .attempt(_, let cleanup), .handler(let cleanup):
            if !cleanup.isEmpty { push(cleanup, .cleanup(trouble: nil), prefix: frame.basePrefix + "finally.") }
        case .cleanup(let trouble):
            if let trouble { fail(trouble) }
        case .repetition(let more):
            guard more > 0 else { return }
            var again = frame
            again.next = 0
            again.role = .repetition(more: more - 1)
            again.prefix = frame.prefixOfNextRound
            frames.append(again)
        }
    }

    private mutating func push(_ steps: [Step], _ role: Role, part: String) {
        push(steps, role, prefix: "\(current?.number ?? "").\(part)")
    }

    private mutating func push(_ steps: [Step], _ role: Role, prefix: String) {
        frames.append(Frame(steps: steps, prefix: prefix, role: role))
    }
}
