/// A scenario file: one scenario, or one for each combination of its inputs.
package struct ScenarioFile: Hashable, Sendable {
    /// The name under which the file was read.
    package var name: String
    /// The scenarios, in the order of their inputs.
    package var scenarios: [Scenario]

    /// Reads a file's text.
    ///
    /// - Throws: everything that is wrong with it, each with its place, what was found and what would be right.
    package init(_ text: String, name: String) throws(ScenarioFileError) {
        let root = try SourceText.parse(text, file: name)
        let (variants, problem) = InputMatrix.variants(of: root)
        if let problem { throw ScenarioFileError(file: name, diagnostics: [problem]) }
        var diagnostics: [Diagnostic] = []
        for variant in variants { diagnostics += Self.problems(in: variant.root, inputs: variant.inputs) }
        guard diagnostics.isEmpty else { throw ScenarioFileError(file: name, diagnostics: diagnostics) }
        let scenarios = variants.compactMap { ScenarioDecoder.scenario($0.root, file: name, inputs: $0.inputs) }
        guard scenarios.count == variants.count else {
            preconditionFailure("\(name) fits the vocabulary, but the decoder does not know all of it")
        }
        for scenario in scenarios { diagnostics += SemanticCheck.diagnostics(of: scenario, in: root) }
        guard diagnostics.isEmpty else { throw ScenarioFileError(file: name, diagnostics: diagnostics) }
        self.name = name
        self.scenarios = scenarios
    }

    /// What does not fit the vocabulary.
    private static func problems(in root: SourceNode, inputs: [Scenario.Input]) -> [Diagnostic] {
        let open = root.openInputs().map { input in
            let names = inputs.map(\.name)
            let advice =
                names.isEmpty ? "give its values under 'inputs'" : Suggestion.advice(for: input.name, among: names)
            return Diagnostic(input.position, "no input is called '\(input.name)'", advice: advice)
        }
        return open.isEmpty ? ShapeChecker.diagnostics(of: root, against: Vocabulary.scenario) : open
    }
}
