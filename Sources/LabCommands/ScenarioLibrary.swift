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
    /// - Throws: `BadInput` when a path leads nowhere or a folder holds no scenario.
    init(paths: [String]) throws {
        var seen: Set<String> = []
        for path in paths.isEmpty ? ["Scenarios"] : paths {
            for file in try Self.files(at: path, isGiven: !paths.isEmpty) where seen.insert(file).inserted {
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

    /// All scenarios of all files.
    var scenarios: [Scenario] { files.flatMap(\.scenarios) }

    /// The library, if all of it could be read.
    ///
    /// - Throws: `BadInput` with everything that is wrong.
    func checked() throws -> ScenarioLibrary {
        guard problems.isEmpty else { throw BadInput(problems.joined(separator: "\n")) }
        return self
    }

    private static func files(at path: String, isGiven: Bool) throws -> [String] {
        // Why it cannot be looked at makes no difference to what the caller must do.
        let real = URL(filePath: path).resolvingSymlinksInPath().path()
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: real) else {
            throw BadInput(
                isGiven
                    ? "\(path): there is no such file or folder."
                    : "There is no folder 'Scenarios' here; name the files or folders to use.")
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
