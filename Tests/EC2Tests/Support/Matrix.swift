import Hypervisor
import Testing

@testable import EC2

/// What every event does in every state: a row for each state, in each row the next state for each event in their order.
///
/// `nil` stands for a refusal, and a state that stays stands for an event that does nothing there.
struct Matrix<State: Hashable & Sendable & CaseIterable> {
    var events: [(name: String, apply: (inout State) throws -> Void)]
    var rows: [State: [State?]]

    /// Goes through the whole table.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        for state in State.allCases {
            guard let row = rows[state], row.count == events.count else {
                Issue.record("the row of \(state) is missing or short", sourceLocation: sourceLocation)
                continue
            }
            for (event, expected) in zip(events, row) {
                var next = state
                do {
                    try event.apply(&next)
                    #expect(next == expected, "\(event.name) in \(state)", sourceLocation: sourceLocation)
                } catch {
                    #expect(expected == nil, "\(event.name) in \(state) is refused", sourceLocation: sourceLocation)
                    #expect(error as? NotInState<State> == NotInState(state), sourceLocation: sourceLocation)
                    #expect(next == state, "a refused event changes nothing", sourceLocation: sourceLocation)
                }
            }
        }
    }
}
