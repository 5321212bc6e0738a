import Foundation
import RuleLedger
import Testing

/// One Swift file of the package, with its code apart from its comments and texts.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// The path inside the package.
    let path: String
    /// The whole text.
    let text: String
    /// The code line by line: comments are left out, string literals are empty.
    let code: [String]
    /// The numbers of the lines that hold a comment, counted from 1.
    let commentLines: Set<Int>

    init(path: String, text: String) {
        self.path = path
        self.text = text
        var code = ""
        var commentLines: Set<Int> = []
        for piece in SourceText(text).pieces {
            let lineEnds = piece.text.filter { $0 == "\n" }
            switch piece.kind {
            case .code: code += piece.text
            case .string: code += "" + lineEnds
            case .comment:
                commentLines.formUnion(piece.line...piece.line + lineEnds.count)
                code += lineEnds
            }
        }
        self.code = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        self.commentLines = commentLines
    }

    var testDescription: String { path }

    /// The folder under `Sources` or `Tests`, which is the target.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// The modules that the file imports, by line.
    var imports: [(line: Int, module: String)] {
        code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place <= 2 else { return nil }
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "typealias", "let", "var"]
            let names = words[(place + 1)...].drop { kinds.contains($0) }
            guard let name = names.first, words[..<place].allSatisfy({ isImportModifier($0) }) else { return nil }
            return (index + 1, String(name.split(separator: ".").first ?? ""))
        }
    }

    /// The places whose code contains `phrase`.
    func places(of phrase: String) -> [String] {
        code.enumerated().filter { $0.element.contains(phrase) }.map { "\(path):\($0.offset + 1)" }
    }

    private func isImportModifier(_ word: String) -> Bool {
        word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
    }
}

/// The package that these tests are part of.
enum Package {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let sources = swiftFiles(under: "Sources")
    static let tests = swiftFiles(under: "Tests")
    static let all = sources + tests + swiftFiles(under: "Plugins") + swiftFiles(under: "Benchmarks/Sources")

    /// The text of a file, empty when there is none.
    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    /// The rules of all specifications.
    static let ledger: Ledger = {
        let specifications = paths(under: "Sources").filter { $0.hasSuffix("/Rules.md") }.map { ($0, text($0)) }
        return Ledger(files: specifications + (sources + tests).map { ($0.path, $0.text) })
    }()

    private static func swiftFiles(under folder: String) -> [SourceFile] {
        paths(under: folder).filter { $0.hasSuffix(".swift") }.map { SourceFile(path: $0, text: text($0)) }
    }

    /// The files of a folder and of those in it, by path.
    static func paths(under folder: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path())
        return (found?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }.sorted()
    }
}
