import Foundation
import Testing

@Suite("What the documents say is there")
struct DocumentTests {
    @Test(
        "every make goal that a document names is in the Makefile",
        arguments: ["README.md", "CONTRIBUTING.md", ".ci/run"])
    func goals(document: String) throws {
        let text = Package.text(document)
        try #require(!text.isEmpty, "\(document) is missing")
        let makefile = Package.text("Makefile").split(separator: "\n")
        for match in text.matches(of: /make ([a-z][a-z-]*)/) where isCommand(match.range, in: text) {
            #expect(
                makefile.contains { $0.hasPrefix("\(match.1):") }, "\(document) names 'make \(match.1)'")
        }
    }

    @Test("code in an article stands in a snippet, which is built with the package")
    func articles() throws {
        let articles = Package.paths(under: "Sources").filter { $0.contains(".docc/") && $0.hasSuffix(".md") }
        let blocks = articles.flatMap { Package.text($0).matches(of: #/```swift\n((?s).*?)```/#).map(\.1) }
        let snippets = Package.paths(under: "Snippets").map(Package.text)
        try #require(!blocks.isEmpty)
        for block in blocks { #expect(snippets.contains { $0.contains(block) }, "no snippet holds: \(block)") }
    }

    @Test("the README has two commands")
    func twoCommands() {
        let commands = Package.text("README.md").split(separator: "\n").filter { $0.hasPrefix("make ") }
        #expect(
            commands.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == ["make run", "make test"])
    }

    @Test("the change log begins with what is not released yet")
    func changeLog() {
        let headings = Package.text("CHANGELOG.md").split(separator: "\n").filter { $0.hasPrefix("## ") }
        #expect(headings.first == "## Unreleased")
    }

    @Test("a system package stands in the one list once, in order")
    func packages() {
        let lines = Package.text("docker/packages.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(!lines.isEmpty && lines == Array(Set(lines)).sorted())
    }

    @Test("the list holds what building a guest needs")
    func guestPackages() {
        let source = Package.text("Sources/LibvirtDriver/Guest/GuestImages+Build.swift")
        let needed = Set(source.matches(of: #/Requirement\(program: "[^"]+", package: "([^"]+)"\)/#).map(\.1))
        let essential: Set<Substring> = ["apt", "dpkg", "perl-base"]  // No Debian is without them.
        let listed = Set(Package.text("docker/packages.txt").split(separator: "\n"))
        #expect(needed.count >= 5)
        #expect(needed.subtracting(essential).subtracting(listed) == [])
    }

    /// Whether a mention of make is a command: it begins a line or stands between backticks.
    private func isCommand(_ range: Range<String.Index>, in text: String) -> Bool {
        guard range.lowerBound > text.startIndex else { return true }
        return "\n`\t ".contains(text[text.index(before: range.lowerBound)])
            && !text[..<range.lowerBound].hasSuffix("to ")
    }
}
