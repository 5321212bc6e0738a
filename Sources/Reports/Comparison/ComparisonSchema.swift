import Hypervisor
import ScenarioRunner

/// The published JSON Schema of comparisons.
package enum ComparisonSchema {
    private typealias Words = SchemaWords

    /// The schema as JSON text, in Draft 2020-12, ending with a line break.
    package static var text: String {
        let own = ["scenario": scenario, "column": column, "rule": rule]
        return Words.document(
            id: "urn:belay:comparison:\(ComparisonJSON.version)", title: "Scenarios on several platforms, side by side",
            [
                "comparison": ["const": .number(ComparisonJSON.version)],
                "scenarios": Words.list(of: Words.ref("scenario")), "rules": Words.list(of: Words.ref("rule")),
            ], required: ["comparison", "scenarios", "rules"],
            definitions: ResultSchema.definitions.merging(own) { $1 })
    }

    private static let scenario = Words.object(
        [
            "scenario": Words.string, "title": Words.string, "teaches": Words.string, "file": Words.string,
            "seed": Words.count, "columns": Words.list(of: Words.ref("column")),
        ], required: ["scenario", "title", "file", "seed", "columns"])

    private static let column = Words.object(
        [
            "platform": Words.string, "clock": Words.words(Comparison.Clock.allCases.map(\.rawValue)),
            "provider": Words.string, "conclusion": Words.ref("conclusion"),
            "grade": Words.words(Grade.allCases.map(\.rawValue)), "baseline": Words.string,
            "snapshots": Words.list(of: Words.ref("snapshot")), "reverts": Words.list(of: Words.ref("revert")),
            "contents": Words.list(of: Words.ref("finding")), "identity": Words.list(of: Words.ref("finding")),
            "phases": Words.list(of: Words.ref("phase")), "milliseconds": Words.integer, "storedBytes": Words.count,
        ], required: ["platform", "conclusion", "snapshots", "reverts", "contents", "identity", "phases"])

    private static let rule = Words.object(
        ["id": Words.string, "claim": Words.string, "source": Words.string, "confidence": Words.string],
        required: ["id", "claim", "source", "confidence"])
}
