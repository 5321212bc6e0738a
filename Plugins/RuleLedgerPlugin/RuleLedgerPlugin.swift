import Foundation
import PackagePlugin

/// Has the build compute the rule ledger from the specifications, the sources and the tests.
@main
struct RuleLedgerPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let files =
            scannedFiles(under: root.appending(path: "Sources")) + scannedFiles(under: root.appending(path: "Tests"))
        let output = context.pluginWorkDirectoryURL.appending(path: "RuleLedger+Generated.swift")
        let paths = [root.path(), output.path()] + files.map { $0.path() }
        return [
            .buildCommand(
                displayName: "Computing the rule ledger", executable: try context.tool(named: "make-rule-ledger").url,
                arguments: paths, inputFiles: files, outputFiles: [output])
        ]
    }

    /// The Swift sources and the specifications under a folder, sorted.
    private func scannedFiles(under folder: URL) -> [URL] {
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = found?.compactMap { $0 as? URL } ?? []
        return files.filter { $0.pathExtension == "swift" || $0.lastPathComponent == "Rules.md" }
            .sorted { $0.path() < $1.path() }
    }
}
