import Foundation
import Testing

@Suite("What no source may contain")
struct WordingTests {
    @Test(
        "a phrase that hides a fault stands nowhere in the sources",
        arguments: ["try!", "as!", "nonisolated(unsafe)", "Task.detached", "DispatchQueue", "fatalError("])
    func forbidden(phrase: String) {
        #expect(Package.sources.flatMap { $0.places(of: phrase) } == [])
    }

    @Test("nobody but the libvirt driver vouches for a type being sendable")
    func unchecked() {
        let others = Package.all.filter { $0.target != "LibvirtDriver" }
        #expect(others.flatMap { $0.places(of: "@unchecked Sendable") } == [])
    }

    @Test("nothing below the command prints")
    func printing() {
        let quiet = Package.sources.filter { !["LabCommands", "belay", "make-rule-ledger"].contains($0.target) }
        #expect(quiet.flatMap { $0.places(of: "print(") } == [])
    }

    @Test("no error is caught and dropped", arguments: Package.all)
    func emptyCatch(file: SourceFile) {
        let code = file.code.joined(separator: "\n")
        #expect(!code.contains(/catch(\s+let\s+\w+)?\s*\{\s*\}/), "\(file.path) has an empty catch")
    }

    @Test("what drops an error says why beside it", arguments: Package.sources)
    func droppedErrors(file: SourceFile) {
        for (index, line) in file.code.enumerated() where line.contains("try?") {
            let isInSight = !file.commentLines.isDisjoint(with: index - 9...index + 2)
            #expect(isInSight, "\(file.path):\(index + 1) drops an error without a comment")
        }
    }

    @Test("no work is left to be done later", arguments: Package.all)
    func leftovers(file: SourceFile) {
        for word in ["TO" + "DO", "FIX" + "ME", "XX" + "X"] {
            #expect(!file.text.contains(word), "\(file.path) has a \(word)")
        }
    }

    @Test("no file is longer than 500 lines", arguments: Package.all)
    func length(file: SourceFile) {
        #expect(file.code.count <= 500, "\(file.path) has \(file.code.count) lines")
    }

    @Test("no test sleeps, and none uses XCTest", arguments: Package.tests)
    func tests(file: SourceFile) {
        for phrase in ["Task.sleep", "Thread.sleep", "usleep(", " sleep("] {
            #expect(file.places(of: phrase) == [])
        }
        #expect(!file.imports.contains { $0.module == "XCTest" })
    }
}
