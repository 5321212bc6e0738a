/// The display names of tests, by which a test says which rule it proves.
package enum TestNames {
    /// One test.
    package struct Name: Hashable, Sendable {
        package var text: String
        package var line: Int
    }

    /// Reads the names in one source file; a test that is disabled proves nothing and is left out.
    package static func names(in source: String) -> [Name] {
        let pieces = SourceText(source).pieces
        var names: [Name] = []
        for (index, piece) in pieces.enumerated() where piece.kind == .string && index > 0 {
            guard pieces[index - 1].kind == .code, opensTest(pieces[index - 1].text) else { continue }
            guard !isDisabled(pieces[(index + 1)...]) else { continue }
            names.append(Name(text: piece.text, line: piece.line))
        }
        return names
    }

    private static func opensTest(_ code: String) -> Bool {
        var rest = code[...]
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest.hasSuffix("@Test(")
    }

    /// Whether the attribute that goes on in `pieces` switches its test off for good.
    private static func isDisabled(_ pieces: ArraySlice<SourceText.Piece>) -> Bool {
        var depth = 1
        for (index, piece) in zip(pieces.indices, pieces) where piece.kind == .code {
            var attribute = ""
            for character in piece.text {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if depth == 0 { break }
                attribute.append(character)
            }
            let nextIsString = index + 1 < pieces.endIndex && pieces[index + 1].kind == .string
            if attribute.contains(".disabled()") || (attribute.hasSuffix(".disabled(") && nextIsString) { return true }
            if depth == 0 { return false }
        }
        return false
    }
}
