import Foundation
import LabCore
import Testing

@testable import ScenarioRunner

@Suite struct SchemaTests {
    /// A pattern cannot count: amounts that are only too large are left to the checker.
    static let fitting: [ComplaintTests.Row] = ComplaintTests.parts.filter {
        $0.testDescription != "an amount beyond counting"
    }

    private func makeValidator() -> SchemaValidator { SchemaValidator(ScenarioSchema.value) }
    private func checkerAccepts(_ node: SourceNode) -> Bool {
        ShapeChecker.diagnostics(of: node, against: Vocabulary.scenario).isEmpty
    }

    @Test("every file in Scenarios fits the published schema, as it is written and with its inputs put in")
    func library() throws {
        let validator = makeValidator()
        for name in ScenarioLibraryTests.files {
            let text = try String(contentsOf: ScenarioLibraryTests.folder.appending(path: name), encoding: .utf8)
            let source = try SourceText.parse(text, file: name)
            for root in [source] + InputMatrix.variants(of: source).variants.map(\.root) {
                #expect(validator.problems(in: JSONValue(root)) == [], "\(name)")
            }
        }
    }

    @Test("schema and checker agree on what does not fit")
    func parts() throws {
        let validator = makeValidator()
        for row in SchemaTests.fitting {
            let node = try SourceText.parse(row.text, file: "f")
            #expect(!checkerAccepts(node), "\(row.testDescription)")
            #expect(!validator.problems(in: JSONValue(node)).isEmpty, "\(row.testDescription)")
        }
    }

    @Test("schema and checker agree on files in which one value was put into the place of another")
    func mutants() throws {
        let validator = makeValidator()
        var dice = Dice(seed: 11)
        var counts = [true: 0, false: 0]
        for name in ScenarioLibraryTests.files {
            let text = try String(contentsOf: ScenarioLibraryTests.folder.appending(path: name), encoding: .utf8)
            let source = try SourceText.parse(text, file: name)
            let root = try #require(InputMatrix.variants(of: source).variants.last).root
            let nodes = root.everyNode
            for _ in 0..<20 {
                let place = dice.roll(below: nodes.count)
                let mutant = root.replacing(place, with: nodes[dice.roll(below: nodes.count)])
                let accepts = checkerAccepts(mutant)
                counts[accepts, default: 0] += 1
                let problems = validator.problems(in: JSONValue(mutant))
                #expect(accepts == problems.isEmpty, "\(name), place \(place): \(problems)")
            }
        }
        #expect(counts[true, default: 0] > 20 && counts[false, default: 0] > 20, "both kinds came: \(counts)")
    }

    @Test("every key of the vocabulary has a sentence, and no two keys of a map have one name")
    func documentation() {
        for keys in Vocabulary.scenario.everyMap() + Vocabulary.definitions.values.flatMap({ $0.shape.everyMap() }) {
            #expect(keys.all.allSatisfy { $0.documentation.hasSuffix(".") || $0.documentation.isEmpty == false })
            #expect(Set(keys.all.map(\.name)).count == keys.all.count, "\(keys.title)")
        }
    }

    @Test("the published text is JSON and says what the schema says")
    func text() throws {
        let read = try JSONDecoder().decode(JSONValue.self, from: Data(ScenarioSchema.text.utf8))
        #expect(read == ScenarioSchema.value)
    }

    @Test("an input may stand where a single value stands")
    func inputs() throws {
        let text =
            "scenario: a\ntitle: A\ninputs: {phase: [migrate]}\nsteps:\n"
            + "  - upgrade: {to: '2', fails: {during: '${phase}', how: error}}\nexpect: {upgrade: failed}\n"
        let node = try SourceText.parse(text, file: "f")
        #expect(makeValidator().problems(in: JSONValue(node)) == [])
    }
}

extension Shape {
    /// The maps in this shape, but for those behind references.
    func everyMap() -> [Shape.Keys] {
        switch self {
        case .map(let keys): [keys] + keys.all.flatMap { $0.shape.everyMap() }
        case .list(let shape, _, _), .perPlatform(let shape), .dictionary(_, let shape): shape.everyMap()
        case .choice(let shapes): shapes.flatMap { $0.everyMap() }
        default: []
        }
    }
}

extension SourceNode {
    /// All nodes, this one first, in the order of the file.
    var everyNode: [SourceNode] {
        switch content {
        case .scalar: [self]
        case .list(let items): [self] + items.flatMap(\.everyNode)
        case .map(let entries): [self] + entries.flatMap { $0.value.everyNode }
        }
    }

    /// A copy in which the node of this number, counted as in ``everyNode``, is another.
    func replacing(_ number: Int, with other: SourceNode) -> SourceNode {
        var count = number
        return replacing(&count, with: other)
    }

    private func replacing(_ count: inout Int, with other: SourceNode) -> SourceNode {
        defer { count -= 1 }
        if count == 0 { return other }
        var copy = self
        switch content {
        case .scalar: break
        case .list(let items):
            copy.content = .list(
                items.map { item in
                    count -= 1
                    defer { count += 1 }
                    return item.replacing(&count, with: other)
                })
        case .map(let entries):
            copy.content = .map(
                entries.map { entry in
                    var entry = entry
                    count -= 1
                    defer { count += 1 }
                    entry.value = entry.value.replacing(&count, with: other)
                    return entry
                })
        }
        return copy
    }
}
