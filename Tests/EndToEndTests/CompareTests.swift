import Foundation
import Testing

@Suite("The command compare")
struct CompareTests {
    private static func scenario(_ version: String, platforms: String = "all") -> String {
        """
        scenario: s
        title: Nothing happens to a machine
        platforms: \(platforms)
        steps:
          - write: {records: 5}
        expect:
          version: "\(version)"

        """
    }

    @Test("a scenario of the library is compared on all simulated platforms by its name alone")
    func library() async throws {
        let result = try await Belay.run("compare", "with-memory")
        #expect(result.code == 0, "\(result.errors)")
        let heading = try #require(result.output.split(separator: "\n").first { $0.contains("ec2") })
        for platform in ["ec2", "azure", "gce", "hyperv", "vsphere"] { #expect(heading.contains(platform)) }
        #expect(!heading.contains("libvirt"))
        #expect(result.output.contains(#/\nrun +unsupported/#))
        #expect(result.output.contains("What the rules say\nAWS-002  "))
    }

    @Test(
        "the exit code says how the runs ended",
        arguments: [("1.0", "all", 0), ("9.9", "all", 1), ("1.0", "[libvirt, ec2]", 0)] as [(String, String, Int32)])
    func ends(version: String, platforms: String, code: Int32) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.scenario(version, platforms: platforms), as: "s.yaml")
        let result = try await Belay.run("compare", file, "--platform", "ec2", "--platform", "vsphere")
        #expect(result.code == code, "\(result.errors)")
        #expect(result.output.contains("excluded [1]") == (platforms != "all"))
    }

    @Test(
        "what cannot be compared is wrong usage, and said",
        arguments: [
            ([], "Name a scenario"), (["powered-of"], "did you mean 'powered-off'?"),
            (["nowhere.yaml"], "nowhere.yaml: there is no such file"), (["powered-off", "--platform", "ec3"], "'ec3'"),
            (["powered-off", "--output", "/nowhere/at/all.md"], "/nowhere/at/"),
            (["powered-off", "--schema"], "leave the scenario out"),
        ])
    func wrong(arguments: [String], message: String) async throws {
        let result = try await Belay.run(["compare"] + arguments)
        #expect(result.code == 2)
        #expect(result.output == "")
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test(
        "one seed gives the same bytes, in every form and whatever runs beside it",
        arguments: ["text", "markdown", "json"])
    func determinism(form: String) async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "comparison")
        let arguments = ["compare", "restored-to-a-new-address", "--seed", "7", "--format", form]
        let first = try await Belay.run(arguments)
        let second = try await Belay.run(arguments + ["--output", file.path()])
        #expect(first.code == 0 && second.code == 0)
        #expect(second.output == "")
        #expect(try first.output == String(contentsOf: file, encoding: .utf8))
    }

    /// As much of a comparison as the test below looks at.
    private struct Document: Decodable {
        var scenarios: [Scenario]
        var rules: [Rule]

        struct Scenario: Decodable {
            var scenario: String
            var columns: [Column]
        }

        struct Column: Decodable {
            var platform: String
            var contents, identity: [Finding]
        }

        struct Finding: Decodable {
            var fact, fate: String
            var accounts: [Account]
            var isUnexplained: Bool
        }

        struct Account: Decodable { var rule: String? }
        struct Rule: Decodable { var id: String }
    }

    @Test(
        "whatever differs, in any scenario on any simulated platform, is accounted for by a rule that the ledger knows")
    func everythingExplained() async throws {
        let result = try await Belay.run("compare", "Scenarios", "--format", "json")
        let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
        let known = Set(document.rules.map(\.id))
        var count = 0
        for scenario in document.scenarios {
            for column in scenario.columns {
                let differences = (column.contents + column.identity).filter {
                    !["kept", "reverted"].contains($0.fate)
                }
                count += differences.count
                for finding in differences {
                    let place = "\(scenario.scenario) on \(column.platform): \(finding.fact) \(finding.fate)"
                    #expect(!finding.isUnexplained, "\(place) is unexplained")
                    #expect(known.isSuperset(of: finding.accounts.compactMap(\.rule)), "\(place)")
                }
            }
        }
        #expect(count > 200)
    }

    @Test("the schema is printed alone, and is JSON")
    func schema() async throws {
        let result = try await Belay.run("compare", "--schema")
        #expect(result.code == 0)
        #expect(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) is [String: Any])
    }
}
