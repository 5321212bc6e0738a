package import Foundation
import ScenarioRunner

/// Comparisons as JSON, for programs.
package enum ComparisonJSON {
    /// The version of the form.
    package static let version = 1

    /// Comparisons, and what the rules that they name say.
    package struct Document: Hashable, Sendable, Codable {
        package var comparison = ComparisonJSON.version
        package var scenarios: [Comparison]
        package var rules: [RuleBook.Entry]
    }

    /// The document, with sorted keys and a line break at the end.
    package static func data(of comparisons: [Comparison], rules: RuleBook = RuleBook()) throws -> Data {
        let names = Set(comparisons.flatMap { ComparisonSheet($0).rules }).sorted()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return try encoder.encode(Document(scenarios: comparisons, rules: names.compactMap { rules[$0] }))
            + Data("\n".utf8)
    }

    /// Reads a document.
    package static func document(_ data: Data) throws -> Document {
        let document = try JSONDecoder().decode(Document.self, from: data)
        guard document.comparison == version else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "version \(document.comparison), where \(version) is known"))
        }
        return document
    }
}
