import Testing

/// What a state machine says to an event.
enum Answer: Hashable, Sendable {
    /// It goes to another state.
    case moves
    /// It says yes and stays where it is.
    case agrees
    /// It says no and stays where it is.
    case refuses
}

/// One event of a state machine: where it leads, and where it changes nothing; everywhere else it is refused.
struct StateEvent<State: CaseIterable & Hashable & Sendable>: Sendable {
    var name: String
    var moves: [State: State]
    var agrees: Set<State>
    var apply: @Sendable (inout State) throws -> Bool

    init(
        _ name: String, _ moves: [State: State], agrees: Set<State> = [],
        _ apply: @escaping @Sendable (inout State) throws -> Bool
    ) {
        self.name = name
        self.moves = moves
        self.agrees = agrees
        self.apply = apply
    }

    /// Holds every state against the event.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        for state in State.allCases {
            var found = state
            let isAccepted = (try? apply(&found)) ?? false
            let answer: Answer = !isAccepted ? .refuses : moves[state] == nil ? .agrees : .moves
            let wanted: Answer = moves[state] != nil ? .moves : agrees.contains(state) ? .agrees : .refuses
            #expect(answer == wanted, "\(name) in \(state)", sourceLocation: sourceLocation)
            #expect(found == moves[state] ?? state, "\(name) in \(state)", sourceLocation: sourceLocation)
        }
    }
}
