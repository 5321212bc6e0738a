import Foundation
import Reports
import ScenarioRunner

/// Writes the reports of a run to where they are wanted.
struct ReportWriter {
    /// The files to write; `-` is standard output.
    let junit, json, markdown: String?
    /// Whether the table of facts is shown.
    let showsFacts: Bool

    /// Makes a writer.
    ///
    /// - Throws: `BadInput` when a file could not be written, so that nobody learns it after an hour.
    init(junit: String?, json: String?, markdown: String?, showsFacts: Bool) throws {
        (self.junit, self.json, self.markdown, self.showsFacts) = (junit, json, markdown, showsFacts)
        for path in [junit, json, markdown].compactMap({ $0 }) where path != "-" {
            let folder = URL(filePath: path).deletingLastPathComponent().path()
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw BadInput("\(path): this cannot be written, there is no folder '\(folder)' that can be written to")
            }
        }
    }

    /// Writes all reports; the matrix goes to standard output unless another report does.
    func write(_ results: [RunResult], style: TextStyle) throws {
        if let junit { try write(Data(JUnitReport.text(of: results).utf8), to: junit) }
        if let markdown { try write(Data(MatrixReport.markdown(of: results).utf8), to: markdown) }
        if let json { try write(try JSONReport.data(of: results), to: json) }
        guard ![junit, json, markdown].contains("-") else { return }
        var parts = showsFacts ? results.map { FactsReport.text(of: $0, style: style) } : []
        parts += [MatrixReport.text(of: results, style: style), FailureReport.text(of: results, style: style)]
        Console.print(parts.filter { !$0.isEmpty }.map(Self.withoutLineEnd).joined(separator: "\n\n"))
    }

    /// Writes a file beside its place and renames it into it.
    private func write(_ data: Data, to path: String) throws {
        if path == "-" { return Console.write(String(decoding: data, as: UTF8.self), to: .standardOutput) }
        do {
            try data.write(to: URL(filePath: path), options: .atomic)
        } catch {
            Console.complain("\(path): the report cannot be written: \(error.localizedDescription)")
            throw LabExit.lab
        }
    }

    private static func withoutLineEnd(_ text: String) -> String {
        var text = text[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
