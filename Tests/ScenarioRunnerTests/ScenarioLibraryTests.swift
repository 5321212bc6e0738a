import Foundation
import Testing

@testable import ScenarioRunner

@Suite struct ScenarioLibraryTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scenarios")

    static let files: [String] = {
        let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test("every file in Scenarios can be read", arguments: files)
    func reads(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        do {
            let file = try ScenarioFile(text, name: name)
            #expect(!file.scenarios.isEmpty)
        } catch {
            Issue.record("\(error)")
        }
    }
}
