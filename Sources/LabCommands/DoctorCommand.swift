import ArgumentParser
import Foundation
import LibvirtDriver

/// The subcommand that says what real machines need.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is missing for real machines, and how to get it.",
        discussion: """
            Nothing is built and nothing is booted for it. Simulated platforms need nothing.

            Exit codes: 0 real machines can be run, 3 something is missing.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let findings = await LibvirtLab.diagnose()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Console.print(String(decoding: try encoder.encode(findings), as: UTF8.self))
        } else {
            Console.print(Self.text(of: findings))
        }
        if findings.contains(where: { $0.grade == .missing }) { throw LabExit.lab }
    }

    private static func text(of findings: [LibvirtLab.Finding]) -> String {
        let width = findings.map(\.subject.count).max() ?? 0
        let lines = findings.flatMap { finding in
            let subject = finding.subject + String(repeating: " ", count: width - finding.subject.count)
            let grade = finding.grade.rawValue + String(repeating: " ", count: 7 - finding.grade.rawValue.count)
            let advice = finding.remedy.map { [String(repeating: " ", count: width + 11) + "-> \($0)"] } ?? []
            return ["\(grade)  \(subject)  \(finding.text)"] + advice
        }
        let isUsable = !findings.contains { $0.grade == .missing }
        return (lines + ["", isUsable ? "Real machines can be run." : "Real machines cannot be run yet."])
            .joined(separator: "\n")
    }
}
