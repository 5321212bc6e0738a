import Foundation
import Reports
import ScenarioRunner

/// Writes the reports of a run to where they are wanted.
struct ReportWriter {
    /// The files to write.
    private let junit, json, markdown: OutputFile?
    /// Whether the table of facts is shown.
    private let showsFacts: Bool

    /// Makes a writer; `-` is standard output.
    ///
    /// - Throws: `BadInput` when a file could not be written.
    init(junit: String?, json: String?, markdown: String?, showsFacts: Bool) throws {
        self.junit = try junit.map(OutputFile.init)
        self.json = try json.map(OutputFile.init)
        self.markdown = try markdown.map(OutputFile.init)
        self.showsFacts = showsFacts
    }

    /// Writes all reports; the matrix goes to standard output unless another report does.
    func write(_ results: [RunResult], style: TextStyle) throws {
        try junit?.write(JUnitReport.text(of: results))
        try markdown?.write(MatrixReport.markdown(of: results))
        try json?.write(try JSONReport.data(of: results))
        guard ![junit, json, markdown].contains(where: { $0?.isStandardOutput == true }) else { return }
        var parts = showsFacts ? results.map { FactsReport.text(of: $0, style: style) } : []
        let rules = RuleBook.fromLedger
        parts += [
            MatrixReport.text(of: results, style: style), FailureReport.text(of: results, rules: rules, style: style),
        ]
        Console.print(parts.filter { !$0.isEmpty }.map(Self.withoutLineEnd).joined(separator: "\n\n"))
    }

    private static func withoutLineEnd(_ text: String) -> String {
        var text = text[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
