import Testing

@Suite("Wrong usage and bad input end with a sentence and code 2")
struct BadInputTests {
    private static let whole = """
        scenario: s
        title: A title
        machine: {root: 8 GiB, data: 16 GiB, memory: 2 GiB}
        steps:
          - write: {records: 5}
          - snapshot: {name: before, scope: machine}
          - revert: {to: before}
        expect:
          version: "1.0"

        """

    /// A kind of wrong file: what to change in a right one, and what the sentence must say.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var place: String
        var words: [String]

        init(_ kind: String, _ wrong: String, insteadOf right: String, at place: String, says words: String...) {
            testDescription = kind
            text = BadInputTests.whole.replacing(right, with: wrong)
            self.place = place
            self.words = words
        }
    }

    private static let rows = [
        Row("unknown key", "recrods: 5", insteadOf: "records: 5", at: ":5:13:", says: "recrods", "records"),
        Row("wrong unit", "root: 8 apples", insteadOf: "root: 8 GiB", at: ":3:", says: "8 apples", "GiB"),
        Row("unknown snapshot name", "to: befor}", insteadOf: "to: before}", at: ":7:", says: "befor", "before"),
        Row("impossible platform", "platforms: [ec3]\nsteps", insteadOf: "steps", at: ":4:", says: "ec3", "ec2"),
        Row("not YAML", "title: [", insteadOf: "title: A title", at: ":", says: "YAML"),
        Row(
            "10 MB of nesting", String(repeating: "[", count: 10_000_000), insteadOf: "A title", at: ":",
            says: "at most"),
        Row("empty", "", insteadOf: whole, at: ":1:1:", says: "empty"),
    ]

    @Test("a wrong scenario file of each kind", arguments: rows, ["run", "validate", "list"])
    func wrongFile(row: Row, command: String) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(row.text, as: "wrong.yaml")
        let result = try await Belay.run(command, path)
        #expect(result.code == 2)
        #expect(result.output == "")
        #expect(result.errors.contains("wrong.yaml\(row.place)"), "\(result.errors)")
        for word in row.words { #expect(result.errors.contains(word), "\(result.errors)") }
    }

    @Test("the file that the rows make wrong is right")
    func rightFile() async throws {
        let folder = try TemporaryFolder()
        let result = try await Belay.run("validate", try folder.write(Self.whole, as: "right.yaml"))
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test(
        "wrong usage",
        arguments: [
            (["fly"], "fly"), (["run", "--sed", "1"], "--sed"), (["run", "--seed", "one"], "one"),
            (["run", "no-such-file.yaml"], "no-such-file.yaml"), (["run", "power-off"], "powered-off"),
            (["run", "--platform", "ec3"], "ec3"),
            (["run", "--jobs", "0"], "--jobs"), (["rules", "--id", "AWS-999"], "AWS-999"),
            (["rules", "--status", "done"], "done"), (["validate", "--schema", "x.yaml"], "--schema"),
            (["run", "Sources"], "Sources"),
        ] as [([String], String)])
    func wrongUsage(arguments: [String], word: String) async throws {
        let result = try await Belay.run(arguments)
        #expect(result.code == 2)
        #expect(result.output == "")
        #expect(result.errors.contains(word), "\(result.errors)")
    }
}
