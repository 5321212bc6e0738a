import Foundation
import LabCore
import Testing

@testable import ScenarioRunner

@Suite struct FuzzTests {
    /// Pieces that mean something in YAML or in scenarios.
    static let pieces = [
        "[", "]", "{", "}", ": ", "- ", "\n", "  ", "\t", "\"", "'", "#", "*a ", "&a ", "? ", "| ", "> ", "!!", "---\n",
        "~",
        "<<: ", "${x}", "as-of ", "otherwise", "repeat", "try: ", "9999999999999999999", "GiB", "-1", "\u{0}", "é", "👩‍🚀",
    ]

    @Test(
        "whatever is done to a file, it is read or its complaints have places inside of it",
        arguments: ScenarioLibraryTests.files)
    func mutations(name: String) throws {
        let text = try String(contentsOf: ScenarioLibraryTests.folder.appending(path: name), encoding: .utf8)
        for seed in 0..<60 {
            var dice = Dice(seed: UInt64(seed))
            let mutant = mutate(text, &dice)
            do {
                _ = try ScenarioFile(mutant, name: name)
            } catch {
                let lines = mutant.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(!error.diagnostics.isEmpty)
                for diagnostic in error.diagnostics {
                    let place = diagnostic.position
                    let isInside =
                        (1...lines.count).contains(place.line)
                        && (1...lines[place.line - 1].unicodeScalars.count + 1).contains(place.column)
                    #expect(isInside, "seed \(seed): \(place.line):\(place.column) \(diagnostic.found)")
                    #expect(!diagnostic.found.isEmpty && !diagnostic.advice.isEmpty)
                }
            }
        }
    }

    private func mutate(_ text: String, _ dice: inout Dice) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...dice.roll(below: 4) {
            let place = dice.roll(below: scalars.count + 1)
            let end = min(scalars.count, place + dice.roll(below: 12))
            switch dice.roll(below: 4) {
            case 0: scalars.removeSubrange(place..<end)
            case 1:
                scalars.insert(contentsOf: Self.pieces[dice.roll(below: Self.pieces.count)].unicodeScalars, at: place)
            case 2: scalars.insert(contentsOf: scalars[place..<end], at: dice.roll(below: scalars.count + 1))
            default:
                scalars.replaceSubrange(
                    place..<end, with: Self.pieces[dice.roll(below: Self.pieces.count)].unicodeScalars)
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }
}
