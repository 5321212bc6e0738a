import Foundation
import Testing

@Suite("The command run")
struct RunTests {
    private static func scenario(_ version: String) -> String {
        """
        scenario: s
        title: Nothing happens to a machine
        steps:
          - write: {records: 5}
        expect:
          version: "\(version)"

        """
    }

    @Test(
        "the exit code says how the run ended",
        arguments: [
            ("ec2", "1.0", 0, "1 passed"), ("vsphere", "1.0", 0, "1 passed"), ("ec2", "9.9", 1, "1 failed"),
        ] as [(String, String, Int32, String)])
    func ends(platform: String, version: String, code: Int32, count: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario(version), as: "s.yaml")
        let result = try await Belay.run("run", file, "--platform", platform)
        #expect(result.code == code, "\(result.errors)")
        #expect(result.output.contains(count))
        #expect(result.output.contains("belay run \(file) --platform \(platform) --seed 1") == (code == 1))
    }

    @Test("scenarios of the library are run by their names, beside a file")
    func byName() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario("1.0"), as: "s.yaml")
        let result = try await Belay.run("run", file, "powered-off", "quiesce-re*", "--platform", "hyperv")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("3 passed"), "\(result.output)")
    }

    @Test("a lab that cannot do its work ends with code 3 and says why")
    func labTrouble() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario("1.0"), as: "s.yaml")
        let blocker = try folder.write("a file where a folder would have to be", as: "journals")
        let result = try await Belay.run("run", file, "--platform", "ec2", "--journal", blocker)
        #expect(result.code == 3)
        #expect(result.output.contains("the journal cannot be written"))
    }

    @Test("two runs with one seed write the same journals, byte for byte", arguments: ["ec2", "hyperv", "vsphere"])
    func determinism(platform: String) async throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder.url.appending(path: "first"), folder.url.appending(path: "second"))
        for (journals, jobs) in [(first, "1"), (second, "2")] {
            _ = try await Belay.run(
                "run", "Scenarios", "--platform", platform, "--seed", "7", "--jobs", jobs, "--journal", journals.path())
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: first.path()).sorted()
        #expect(names.count >= 10)
        #expect(try names == FileManager.default.contentsOfDirectory(atPath: second.path()).sorted())
        for name in names {
            let (one, other) = (first.appending(path: name), second.appending(path: name))
            #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(name)")
        }
    }

    @Test("another seed gives other names")
    func seeds() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario("1.0"), as: "s.yaml")
        var texts: Set<String> = []
        for seed in ["1", "2"] {
            let journals = folder.url.appending(path: seed)
            _ = try await Belay.run("run", file, "--platform", "ec2", "--seed", seed, "--journal", journals.path())
            let text = try String(contentsOf: journals.appending(path: "s.ec2.journal.json"), encoding: .utf8)
            texts.insert(text.replacing("\"seed\":\(seed)", with: "\"seed\":0"))
        }
        #expect(texts.count == 2)
    }

    @Test("reports are written to files, and JSON to standard output alone when that is asked for")
    func reports() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario("1.0"), as: "s.yaml")
        let (junit, markdown) = (folder.url.appending(path: "j.xml"), folder.url.appending(path: "m.md"))
        let result = try await Belay.run(
            "run", file, "--platform", "ec2", "--json", "-", "--junit", junit.path(), "--markdown", markdown.path())
        #expect(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) is [String: Any])
        #expect(try String(contentsOf: junit, encoding: .utf8).hasPrefix("<?xml"))
        #expect(try String(contentsOf: markdown, encoding: .utf8).contains("| s |"))
        #expect(result.errors.contains("[1/1] s on ec2: passed"))
    }

    @Test("a report that cannot be written is refused before anything runs")
    func unwritable() async throws {
        let result = try await Belay.run("run", "--platform", "ec2", "--junit", "/nowhere/at/all.xml")
        #expect(result.code == 2)
        #expect(result.output == "")
        #expect(result.errors.contains("/nowhere/at/"))
    }

    @Test("--step asks before each step, and stops at the end of input")
    func step() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario("1.0"), as: "s.yaml")
        let result = try await Belay.run("run", file, "--platform", "ec2", "--step")
        #expect(result.errors.contains("s on ec2, line 4, step 1"))
        #expect(result.errors.contains("[Enter] go on"))
        #expect(result.output.contains("1 not run"))
        #expect(result.code == 3)
    }

    @Test("what is kept is said, with how to be rid of it")
    func keep() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario("1.0"), as: "s.yaml")
        let result = try await Belay.run("run", file, "--platform", "ec2", "--keep")
        #expect(result.errors.contains("Simulated machines end with the process"))
    }

    /// Sixty-four runs of a long scenario: far more than is done before a signal arrives, however quick the machine is.
    private static let endless = """
        scenario: s
        title: A machine writes for a long time
        inputs:
          number: [\((1...16).map(String.init).joined(separator: ", "))]
          round: [1, 2, 3, 4]
        steps:
          - repeat:
              times: 100
              steps:
                - write: 100
                - flush
        expect:
          version: "1.0"

        """

    @Test("Ctrl-C ends a run with code 130, says so, and begins nothing more")
    func interrupt() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.endless, as: "endless.yaml")
        let result = try await Belay.run(
            ["run", file, "--platform", "ec2", "--jobs", "1"], interruptAt: ["[ 1/"])
        #expect(result.code == 130)
        #expect(result.errors.contains("Interrupted: removing what was made"))
        #expect(result.output.contains("not run"))
        #expect(!result.output.contains("errored"))
    }

    @Test("a second Ctrl-C ends the run at once")
    func secondInterrupt() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.endless, as: "endless.yaml")
        let result = try await Belay.run(
            ["run", file, "--platform", "ec2", "--jobs", "1"], interruptAt: ["[ 1/", "Interrupted"])
        #expect(result.code == 130)
    }
}
