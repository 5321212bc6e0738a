/// Which step of a run something belongs to.
package struct StepReference: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The step's number, as a reader counts: `3`, or `5.2` for the second step inside the fifth.
    package var number: String
    /// The step in a few words.
    package var summary: String
    /// Where it stands in the file.
    package var position: SourcePosition

    package var description: String { "step \(number) (\(summary))" }
}
