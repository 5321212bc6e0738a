import ScenarioRunner

/// How a report for a terminal is set.
package struct TextStyle: Hashable, Sendable {
    /// Whether colours are used.
    package var colours: Bool
    /// The number of columns.
    package var width: Int

    package init(colours: Bool = false, width: Int = 100) {
        self.colours = colours
        self.width = max(40, width)
    }

    /// The colours that are used, by what they mean.
    enum Colour: String {
        case good = "32"
        case bad = "31"
        case doubtful = "33"
        case faint = "2"
        case strong = "1"
    }

    /// A text in a colour, where colours are used.
    func paint(_ text: String, _ colour: Colour) -> String {
        colours && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A text in at most `width` columns, with its end cut off where it is longer.
    static func cut(_ text: String, to width: Int) -> String {
        text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
    }

    /// A text in at most `width` columns, with its middle cut out where it is longer, so that both ends can be told.
    static func cutMiddle(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        let end = max(0, width - 1) / 2
        return String(text.prefix(max(0, width - 1 - end))) + "…" + String(text.suffix(end))
    }

    /// A text in lines of at most `width` columns, broken between words, and inside a word only where it is longer.
    ///
    /// The address of a page is never broken, since nobody could follow it then.
    static func wrap(_ text: String, to width: Int) -> [String] {
        let width = max(1, width)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " \(word)"
            } else {
                lines.append(line)
                line = String(word)
            }
            while line.count > width, !line.contains("://") {
                lines.append(String(line.prefix(width)))
                line = String(line.dropFirst(width))
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// A text in exactly `width` columns.
    static func pad(_ text: String, to width: Int) -> String {
        cut(text, to: width) + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension RunOutcome {
    var colour: TextStyle.Colour {
        switch self {
        case .passed: .good
        case .failed, .errored: .bad
        case .unsupported, .notRun: .doubtful
        case .excluded: .faint
        }
    }
}
