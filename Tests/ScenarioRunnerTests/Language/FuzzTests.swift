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

    @Test(
        "whatever becomes of a file's bytes, it is read or complained about, and what can be read can be run",
        arguments: ScenarioLibraryTests.files)
    func bytes(name: String) throws {
        let folder = ScenarioLibraryTests.folder
        let bytes = try Array(Data(contentsOf: folder.appending(path: name)))
        var counts = [true: 0, false: 0]
        for seed in 0..<80 {
            var dice = Dice(seed: UInt64(seed))
            let other = ScenarioLibraryTests.files[dice.roll(below: ScenarioLibraryTests.files.count)]
            let strange = try Array(Data(contentsOf: folder.appending(path: other)))
            let mutant = String(decoding: mutate(bytes, with: strange, &dice), as: UTF8.self)
            do throws(ScenarioFileError) {
                let file = try ScenarioFile(mutant, name: name)
                counts[true, default: 0] += 1
                for scenario in file.scenarios.prefix(2) {
                    var plane = FakePlane(seed: UInt64(seed))
                    var interpreter = Interpreter(plan: Plan(fake: scenario))
                    _ = interpreter.run(on: &plane, interruptAfter: 500)
                    #expect(plane.leftovers == [], "seed \(seed)")
                }
            } catch {
                counts[false, default: 0] += 1
                #expect(!error.diagnostics.isEmpty, "seed \(seed)")
                let again = #expect(throws: ScenarioFileError.self) { try ScenarioFile(mutant, name: name) }
                #expect(again?.description == error.description, "seed \(seed)")
            }
        }
        #expect(counts[true, default: 0] > 5 && counts[false, default: 0] > 5, "both kinds came: \(counts)")
    }

    /// Damages bytes as disks, editors and merges do: single bits, holes, repeated stretches, cut ends, parts of another file.
    private func mutate(_ bytes: [UInt8], with other: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0...dice.roll(below: 2) {
            let place = dice.roll(below: bytes.count + 1)
            let end = min(bytes.count, place + 1 + dice.roll(below: 40))
            switch dice.roll(below: 7) {
            case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(dice.roll(below: 8))
            case 1 where place < bytes.count: bytes[place] = UInt8(dice.roll(below: 256))
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: end)
            case 4: bytes.removeSubrange(end...)
            case 5:
                let start = dice.roll(below: other.count)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 60)], at: place)
            default:
                // Two lines change places, which leaves the file well-formed more often than not.
                var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                lines.swapAt(dice.roll(below: lines.count), dice.roll(below: lines.count))
                bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
            }
        }
        return bytes
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
