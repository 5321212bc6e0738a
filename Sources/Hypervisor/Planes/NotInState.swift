/// An event that a state machine refuses in the state it is in; the machine is left as it was.
package struct NotInState<State: Hashable & Sendable>: Error, Hashable {
    /// The state that was found.
    package var found: State

    package init(_ found: State) { self.found = found }
}
