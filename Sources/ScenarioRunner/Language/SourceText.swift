import Yams

/// Reads YAML into nodes with places, within bounds: whatever a file holds, it ends in nodes or in a sentence.
package enum SourceText {
    /// The longest file that is read, in bytes.
    package static let maximumSize = 1 << 20
    /// The deepest nesting that is read.
    package static let maximumDepth = 40
    /// The most aliases a file may use; they can double what a file stands for each time.
    package static let maximumAliases = 16
    /// The most values a file may hold after its aliases are put in.
    package static let maximumNodes = 20_000

    /// Reads the one document in `text`.
    package static func parse(_ text: String, file: String) throws(ScenarioFileError) -> SourceNode {
        if let problem = problemBeforeParsing(text) { throw ScenarioFileError(file: file, diagnostics: [problem]) }
        var reader = NodeReader()
        do {
            guard let root = try Yams.Parser(yaml: text, encoding: .utf8).singleRoot() else {
                throw Diagnostic(.start, "the file is empty", advice: "a scenario begins with 'scenario: NAME'")
            }
            return try reader.read(root, depth: 1)
        } catch let problem as Diagnostic {
            throw ScenarioFileError(file: file, diagnostics: [problem])
        } catch let problem as YamlError {
            throw ScenarioFileError(file: file, diagnostics: [Diagnostic(problem, in: text)])
        } catch {
            let problem = Diagnostic(.start, "this cannot be read as YAML: \(error)", advice: "write a YAML map")
            throw ScenarioFileError(file: file, diagnostics: [problem])
        }
    }

    /// What can be seen to be too much before a parser looks at it.
    private static func problemBeforeParsing(_ text: String) -> Diagnostic? {
        guard text.utf8.count <= maximumSize else {
            return Diagnostic(
                .start, "the file has \(text.utf8.count) bytes", advice: "a scenario has at most \(maximumSize) bytes")
        }
        var scan = BoundsScan()
        for scalar in text.unicodeScalars {
            if let problem = scan.take(scalar) { return problem }
        }
        return nil
    }
}

extension Diagnostic: Error {}

/// Looks for nesting and aliases in raw text, before anything is built from it.
private struct BoundsScan {
    private var position = SourcePosition.start
    private var previous: Unicode.Scalar = "\n"
    private var beforePrevious: Unicode.Scalar = "\n"
    private var aliases = 0
    /// Whether only what opens a block collection has been seen on this line.
    private var isLeading = true

    /// Each level of block nesting begins further to the right, so leading dashes and spaces bound the depth.
    private static let widestLead = 8 * SourceText.maximumDepth

    mutating func take(_ scalar: Unicode.Scalar) -> Diagnostic? {
        defer { advance(over: scalar) }
        if isLeading, !" \t-?".unicodeScalars.contains(scalar) { isLeading = false }
        if isLeading, scalar != "\n", position.column > Self.widestLead {
            return Diagnostic(
                position, "values are nested too deeply here",
                advice: "a scenario nests at most \(SourceText.maximumDepth) levels")
        }
        guard previous == "*", " \t\n[{,:-?(".unicodeScalars.contains(beforePrevious), scalar.properties.isAlphabetic
        else { return nil }
        aliases += 1
        guard aliases > SourceText.maximumAliases else { return nil }
        return Diagnostic(
            position, "more than \(SourceText.maximumAliases) aliases are used",
            advice: "write the values out, or give them as 'inputs'")
    }

    private mutating func advance(over scalar: Unicode.Scalar) {
        (beforePrevious, previous) = (previous, scalar)
        if scalar == "\n" {
            position = SourcePosition(line: position.line + 1, column: 1)
            isLeading = true
        } else {
            position.column += 1
        }
    }
}

/// Turns the parser's nodes into ours.
private struct NodeReader {
    private var count = 0

    mutating func read(_ node: Node, depth: Int) throws -> SourceNode {
        let mark = node.mark
        let position = SourcePosition(line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
        count += 1
        guard depth <= SourceText.maximumDepth else {
            throw Diagnostic(
                position, "values are nested too deeply here",
                advice: "a scenario nests at most \(SourceText.maximumDepth) levels")
        }
        guard count <= SourceText.maximumNodes else {
            throw Diagnostic(
                position, "the file stands for more than \(SourceText.maximumNodes) values",
                advice: "split it, or use fewer aliases")
        }
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain && scalar.style != .any
            return SourceNode(.scalar(scalar.string, isQuoted: isQuoted), at: position)
        case .sequence(let sequence):
            var items: [SourceNode] = []
            for item in sequence { items.append(try read(item, depth: depth + 1)) }
            return SourceNode(.list(items), at: position)
        case .mapping(let mapping):
            var entries: [SourceNode.Entry] = []
            for (key, value) in mapping { entries.append(try readEntry(key, value, depth: depth)) }
            return SourceNode(.map(entries), at: position)
        case .alias:
            throw Diagnostic(position, "an alias is used that stands for nothing", advice: "write the value out")
        }
    }

    private mutating func readEntry(_ key: Node, _ value: Node, depth: Int) throws -> SourceNode.Entry {
        let keyNode = try read(key, depth: depth + 1)
        guard let name = keyNode.text else {
            throw Diagnostic(keyNode.position, "\(keyNode.described) is used as a key", advice: "a key is a word")
        }
        return SourceNode.Entry(key: name, position: keyNode.position, value: try read(value, depth: depth + 1))
    }
}

extension Diagnostic {
    /// A parser's complaint in our form.
    fileprivate init(_ error: YamlError, in text: String) {
        let advice = "a scenario is a YAML map of keys and values"
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            if problem.contains("nesting") {
                self.init(
                    mark.position(in: text), "values are nested too deeply here",
                    advice: "a scenario nests at most \(SourceText.maximumDepth) levels")
            } else {
                self.init(mark.position(in: text), "this is not YAML: \(problem)", advice: advice)
            }
        case .reader(let problem, let offset, _, _):
            let position = SourcePosition(offset: offset ?? 0, in: text)
            self.init(position, "this is not text: \(problem)", advice: "a scenario is UTF-8 text")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            self.init(
                context.mark.position(in: text), "\(names) stands more than once in one map",
                advice: "give each key once")
        default:
            self.init(.start, "this cannot be read as YAML: \(error)", advice: advice)
        }
    }
}

extension Mark {
    /// The place, moved to the end of the text when the parser stopped behind it.
    fileprivate func position(in text: String) -> SourcePosition {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard line <= lines.count else {
            return SourcePosition(line: max(1, lines.count), column: (lines.last?.unicodeScalars.count ?? 0) + 1)
        }
        return SourcePosition(line: max(1, line), column: max(1, column))
    }
}

extension SourcePosition {
    /// The place of the byte at `offset`.
    fileprivate init(offset: Int, in text: String) {
        let before = text.utf8.prefix(max(0, offset))
        let lastLine = before.reversed().prefix { $0 != 0x0A }
        // Continuation bytes do not count as characters of their own.
        self.init(
            line: before.count { $0 == 0x0A } + 1, column: lastLine.count { $0 & 0xC0 != 0x80 } + 1)
    }
}
