/// What every event does in every state: a row for each state, in each row the next state for each event in their order.
///
/// `nil` stands for a refusal, and a state that stays stands for an event that does nothing there, whatever it answers.
package struct StateTable<State: Hashable & Sendable & CaseIterable> {
    private var columns: [StateEvent<State>]
    private var shortRows: [State]

    /// Makes a table of events, which throw where they are refused, and rows.
    package init(
        events: [(name: String, apply: @Sendable (inout State) throws -> Void)], rows: [State: [State?]]
    ) {
        shortRows = State.allCases.filter { rows[$0]?.count != events.count }
        columns = events.enumerated().map { index, event in
            let answers = State.allCases.map { state -> (State, StateEvent<State>.Answer) in
                guard let row = rows[state], row.indices.contains(index), let next = row[index] else {
                    return (state, .refuses)
                }
                return (state, next == state ? .agrees : .moves(next))
            }
            return StateEvent(event.name, answers: Dictionary(uniqueKeysWithValues: answers)) { state in
                try event.apply(&state)
                return true
            }
        }
    }

    /// What is not as the table says, in sentences; nothing when all is.
    package func findings() -> [String] {
        shortRows.map { "the row of \($0) is missing or short" } + columns.flatMap { $0.findings() }
    }
}
