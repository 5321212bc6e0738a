public import LabCore

/// Something that happened on a platform: a native call and its answer, or a change of state.
public struct Event: Hashable, Sendable, Codable {
    /// When it happened.
    public var instant: Instant
    /// What it happened to, by the platform's name.
    public var subject: String
    /// What happened, in the platform's words: `CreateSnapshot -> snap-1`, `pending -> completed`.
    public var text: String

    /// Makes an event.
    public init(_ instant: Instant, _ subject: String, _ text: String) {
        self.instant = instant
        self.subject = subject
        self.text = text
    }
}
