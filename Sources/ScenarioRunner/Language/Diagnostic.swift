/// Something that is wrong in a scenario file: where, what was found, and what would be right.
package struct Diagnostic: Hashable, Sendable {
    /// Where it is.
    package var position: SourcePosition
    /// What was found, and why that is wrong.
    package var found: String
    /// What would be right.
    package var advice: String

    package init(_ position: SourcePosition, _ found: String, advice: String) {
        self.position = position
        self.found = found
        self.advice = advice
    }
}

/// All that is wrong with a scenario file.
package struct ScenarioFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name under which the file was read.
    package var file: String
    /// What is wrong, in the order of the file.
    package var diagnostics: [Diagnostic]

    package init(file: String, diagnostics: [Diagnostic]) {
        self.file = file
        var seen: Set<Diagnostic> = []
        self.diagnostics = diagnostics.filter { seen.insert($0).inserted }
            .sorted { ($0.position, $0.found) < ($1.position, $1.found) }
    }

    /// One line for each thing that is wrong: `file:line:column: found; advice`.
    package var description: String {
        diagnostics.map { "\(file):\($0.position.line):\($0.position.column): \($0.found); \($0.advice)" }
            .joined(separator: "\n")
    }
}
