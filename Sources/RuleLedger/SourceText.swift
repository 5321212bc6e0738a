/// Swift source cut into code, comments and string literals, so that a mark in the wrong one does not count.
///
/// This is a lexer for one purpose: it knows nested comments, raw and multi-line strings and interpolations, nothing else.
package struct SourceText: Sendable {
    /// A stretch of source of one kind.
    package struct Piece: Hashable, Sendable {
        package var kind: Kind
        /// The text; of a string, what stands between the quotation marks.
        package var text: String
        /// The line on which it begins, counted from 1.
        package var line: Int

        /// Makes a piece.
        package init(_ kind: Kind, _ text: String, line: Int) {
            self.kind = kind
            self.text = text
            self.line = line
        }
    }

    /// The kinds of source.
    package enum Kind: Hashable, Sendable { case code, comment, string }

    /// The pieces in their order.
    package private(set) var pieces: [Piece] = []

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var start = 0
    private var startLine = 1

    /// Cuts `source` into pieces.
    package init(_ source: String) {
        bytes = Array(source.utf8)
        readCode(until: nil)
        end(.code)
    }

    /// Reads code up to the end, or, inside an interpolation, past the parenthesis that closes it.
    private mutating func readCode(until closing: UInt8?) {
        var depth = 0
        while position < bytes.count {
            if closing != nil, bytes[position] == closing, depth == 0 { return advance(1) }
            if sees("//") {
                end(.code)
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { advance(1) }
                end(.comment)
            } else if sees("/*") {
                end(.code)
                readBlockComment()
                end(.comment)
            } else if let hashes = hashesBeforeQuote {
                readString(hashes: hashes)
            } else {
                if bytes[position] == UInt8(ascii: "(") { depth += 1 }
                if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
                advance(1)
            }
        }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            if sees("/*") {
                depth += 1
                advance(2)
            } else if sees("*/") {
                depth -= 1
                advance(2)
            } else {
                advance(1)
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func readString(hashes: Int) {
        end(.code)
        let quote = String(repeating: "#", count: hashes)
        advance(hashes)
        let marks = sees("\"\"\"") ? "\"\"\"" : "\""
        advance(marks.utf8.count)
        (start, startLine) = (position, line)
        while position < bytes.count {
            if sees(marks + quote) { break }
            if marks == "\"", bytes[position] == UInt8(ascii: "\n") { break }  // Not a string after all.
            if sees("\\\(quote)(") {
                advance(hashes + 2)
                end(.string)
                readCode(until: UInt8(ascii: ")"))
                end(.code)
            } else {
                advance(sees("\\\(quote)") ? hashes + 2 : 1)
            }
        }
        end(.string, keepsEmpty: true)
        advance(marks.utf8.count + hashes)
        (start, startLine) = (position, line)
    }

    /// The number of `#` before a quotation mark that begins here; nothing when no string does.
    private var hashesBeforeQuote: Int? {
        var index = position
        while index < bytes.count, bytes[index] == UInt8(ascii: "#") { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        return index - position
    }

    private func sees(_ text: String) -> Bool { bytes[min(position, bytes.count)...].starts(with: text.utf8) }

    private mutating func advance(_ count: Int) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    private mutating func end(_ kind: Kind, keepsEmpty: Bool = false) {
        if position > start || keepsEmpty {
            pieces.append(Piece(kind, String(decoding: bytes[start..<position], as: UTF8.self), line: startLine))
        }
        (start, startLine) = (position, line)
    }
}
