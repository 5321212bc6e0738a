import Foundation
import RuleLedger

/// Writes the rule ledger of a package as Swift source; the build runs it.
///
/// Arguments: the package's folder, the file to write, then the files to scan.
@main
struct MakeRuleLedger {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let root = arguments.first, let output = arguments.dropFirst().first else {
            FileHandle.standardError.write(Data("usage: make-rule-ledger PACKAGE OUTPUT FILE...\n".utf8))
            exit(2)
        }
        let prefix = root.hasSuffix("/") ? root : root + "/"
        let files = try arguments.dropFirst(2).map { path in
            let inside = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
            return (inside, try String(contentsOfFile: path, encoding: .utf8))
        }
        let source = Ledger(files: files).swiftSource
        let url = URL(filePath: output)
        // An unchanged ledger keeps its date, so that an edit that touches no rule recompiles nothing. There may be no old one.
        if let old = try? String(contentsOf: url, encoding: .utf8), old == source { return }
        try source.write(to: url, atomically: true, encoding: .utf8)
    }
}
