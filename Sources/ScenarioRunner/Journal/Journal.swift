package import Hypervisor

/// All that was done in one flow, and what came of it.
package struct Journal: Hashable, Sendable, Codable {
    /// The version of the form, which readers must know.
    package static let version = 2

    /// The version of the form.
    package var journal = Journal.version
    /// What was run.
    package var header: Header
    /// What was done, in this order.
    package var entries: [Entry]
    /// How it ended.
    package var result: RunResult

    package init(header: Header, entries: [Entry], result: RunResult) {
        self.header = header
        self.entries = entries
        self.result = result
    }

    /// What was run.
    package struct Header: Hashable, Sendable, Codable {
        package var scenario: String
        package var title: String
        /// What a reader learns from the scenario; nothing when it does not say.
        package var teaches: String?
        package var file: String
        package var inputs: [Scenario.Input]
        package var platform: Platform
        package var seed: UInt64
        /// Whether time is virtual: then one seed gives the same bytes.
        package var isSimulated: Bool

        package init(flow: Flow, isSimulated: Bool) {
            scenario = flow.scenario.fullName
            title = flow.scenario.title
            teaches = flow.scenario.teaches
            file = flow.scenario.file
            inputs = flow.scenario.inputs
            platform = flow.platform
            seed = flow.seed
            self.isSimulated = isSimulated
        }
    }

    /// One action and its outcome.
    package struct Entry: Hashable, Sendable, Codable {
        /// The action's number, from 1.
        package var number: Int
        /// The step it belongs to; nothing for what the lab does by itself.
        package var step: StepReference?
        /// What the action is for.
        package var phase: RunPhase
        /// The action, as `takeSnapshot`.
        package var action: String
        /// What the action was given.
        package var arguments: JSONValue
        /// What came of it: `done`, `refused` or what it gave.
        package var outcome: String
        /// What it gave, or why it was refused.
        package var details: JSONValue
        /// When it began and ended in virtual time; nothing on a real platform.
        package var virtual: Times?
        /// When it began and ended in real time; nothing on a simulated platform.
        package var wall: Times?
        /// What the platform did meanwhile, oldest first.
        package var events: [EventLine]
    }

    /// When something began and ended, in ISO 8601 with milliseconds, and how long it took.
    package struct Times: Hashable, Sendable, Codable {
        package var began: String
        package var ended: String
        package var milliseconds: Int
    }

    /// Something that the platform did.
    package struct EventLine: Hashable, Sendable, Codable {
        package var at: String
        package var subject: String
        package var text: String
    }
}
