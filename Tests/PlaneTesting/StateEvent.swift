import Hypervisor

/// One event of a state machine against all its states: where it leads, where it is as good as done, and where it is refused.
package struct StateEvent<State: CaseIterable & Hashable & Sendable>: Sendable, CustomStringConvertible {
    /// What the event does in one state.
    package enum Answer: Hashable, Sendable {
        /// It goes to another state.
        case moves(State)
        /// It says yes and stays where it is.
        case agrees
        /// It says no, by a refusal or by false, and stays where it is.
        case refuses
    }

    /// The event.
    package var name: String
    /// What it does in each state.
    package var answers: [State: Answer]
    private var apply: @Sendable (inout State) throws -> Bool

    /// An event with its answers state by state.
    package init(
        _ name: String, answers: [State: Answer], _ apply: @escaping @Sendable (inout State) throws -> Bool
    ) {
        (self.name, self.answers, self.apply) = (name, answers, apply)
    }

    /// An event that moves some states on and agrees in others; everywhere else it is refused.
    package init(
        _ name: String, _ moves: [State: State], agrees: Set<State> = [],
        _ apply: @escaping @Sendable (inout State) throws -> Bool
    ) {
        var answers = Dictionary(uniqueKeysWithValues: moves.map { ($0, $0 == $1 ? Answer.agrees : .moves($1)) })
        for state in agrees { answers[state] = .agrees }
        for state in State.allCases where answers[state] == nil { answers[state] = .refuses }
        self.init(name, answers: answers, apply)
    }

    package var description: String { name }

    /// What is not as the table says, in sentences; nothing when all is.
    package func findings() -> [String] { State.allCases.compactMap(finding) }

    private func finding(in state: State) -> String? {
        guard let wanted = answers[state] else { return "the table says nothing of '\(name)' in \(state)" }
        var found = state
        let answer: Answer
        do {
            let isAccepted = try apply(&found)
            answer = found != state ? .moves(found) : isAccepted ? .agrees : .refuses
        } catch {
            guard found == state else { return "'\(name)' in \(state) is refused, and yet leads to \(found)" }
            if let refusal = error as? NotInState<State>, refusal.found != state {
                return "'\(name)' in \(state) is refused as if it were \(refusal.found)"
            }
            answer = .refuses
        }
        return answer == wanted ? nil : "'\(name)' in \(state): \(wanted) was wanted, found \(answer)"
    }
}
