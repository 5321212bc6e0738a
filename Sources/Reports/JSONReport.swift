package import Foundation
package import ScenarioRunner

/// Results as JSON, for programs.
package enum JSONReport {
    /// The version of the form.
    package static let version = 2

    /// All results, with how often each outcome came.
    package struct Document: Hashable, Sendable, Codable {
        package var report = JSONReport.version
        package var counts: [String: Int]
        package var results: [RunResult]
    }

    /// The report, with sorted keys and a line break at the end.
    package static func data(of results: [RunResult]) throws -> Data {
        let counts = RunOutcome.allCases.map { outcome in
            (outcome.rawValue, results.count { $0.conclusion.outcome == outcome })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let document = Document(counts: Dictionary(uniqueKeysWithValues: counts), results: results)
        return try encoder.encode(document) + Data("\n".utf8)
    }

    /// Reads the results of a report.
    package static func results(in data: Data) throws -> [RunResult] {
        try JSONDecoder().decode(Document.self, from: data).results
    }
}
