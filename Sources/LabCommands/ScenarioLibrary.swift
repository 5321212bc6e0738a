import Foundation
import ScenarioRunner

/// Scenario files on disk.
struct ScenarioLibrary {
    /// The files that were read, in the order of their paths.
    private(set) var files: [ScenarioFile] = []
    /// What is wrong with those that could not be read, a text for each file.
    private(set) var problems: [String] = []

    /// Reads files, and folders with all files `*.yaml` and `*.yml` below them; without any, the folder `Scenarios`.
    ///
    /// - Parameter words: paths, and names of scenarios in the folder `Scenarios`, or their beginnings and `*`.
    /// - Throws: `BadInput` when a word leads nowhere or a folder holds no scenario.
    init(_ words: [String]) throws {
        let names = words.filter(Self.isName)
        let paths = words.filter { !names.contains($0) }
        try read(words.isEmpty ? [Self.usualFolder] : paths)
        guard !names.isEmpty else { return }
        var usual = ScenarioLibrary()
        try usual.read([Self.usualFolder])
        for name in names where usual.problems.isEmpty && !usual.scenarios.contains(where: { $0.matches(name) }) {
            let advice = Suggestion.advice(for: name, among: usual.scenarios.map(\.name))
            throw BadInput("\(name): there is no such file or folder, and no scenario is called so; \(advice)")
        }
        problems += usual.problems
        let given = Set(files.map(\.name))
        for var file in usual.files where !given.contains(file.name) {
            file.scenarios.removeAll { scenario in !names.contains { scenario.matches($0) } }
            if !file.scenarios.isEmpty { files.append(file) }
        }
    }

    private init() {}

    private mutating func read(_ paths: [String]) throws {
        var seen: Set<String> = []
        for path in paths {
            for file in try Self.files(at: path) where seen.insert(file).inserted {
                do {
                    files.append(try ScenarioFile(try Self.text(of: file), name: file))
                } catch let error as ScenarioFileError {
                    problems.append(error.description)
                } catch let error as BadInput {
                    problems.append(error.description)
                }
            }
        }
    }

    private static let usualFolder = "Scenarios"

    /// Whether a word is the name of a scenario: it is not written as a path, and nothing lies there.
    private static func isName(_ word: String) -> Bool {
        !word.contains("/") && !["yaml", "yml"].contains { word.hasSuffix(".\($0)") }
            && !FileManager.default.fileExists(atPath: word)
    }

    /// All scenarios of all files.
    var scenarios: [Scenario] { files.flatMap(\.scenarios) }

    /// The library, if all of it could be read.
    ///
    /// - Throws: `BadInput` with everything that is wrong.
    func checked() throws -> ScenarioLibrary {
        guard problems.isEmpty else { throw BadInput(problems.joined(separator: "\n")) }
        return self
    }

    private static func files(at path: String) throws -> [String] {
        // Why it cannot be looked at makes no difference to what the caller must do.
        let real = URL(filePath: path).resolvingSymlinksInPath().path()
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: real) else {
            throw BadInput(
                path == usualFolder
                    ? "There is no folder '\(path)' here; name the files or folders to use."
                    : "\(path): there is no such file or folder.")
        }
        guard attributes[.type] as? FileAttributeType == .typeDirectory else { return [path] }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let scenarios = found.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
        guard !scenarios.isEmpty else { throw BadInput("\(path): there is no scenario file (*.yaml) in this folder.") }
        return scenarios.map { "\(folder)/\($0)" }
    }

    /// The text of a file, as far as a scenario can go: one that is longer is refused by its reader without all of it.
    private static func text(of path: String) throws -> String {
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }  // It was only read from.
            let data = try handle.read(upToCount: 16 << 20) ?? Data()
            guard let text = String(validating: data, as: UTF8.self) else {
                throw BadInput("\(path):1:1: the file is not UTF-8 text; a scenario is a YAML file in UTF-8")
            }
            return text
        } catch let error as CocoaError {
            throw BadInput("\(path): this cannot be read: \(error.localizedDescription)")
        }
    }
}
