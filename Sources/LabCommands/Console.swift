import Foundation

/// The terminal that the command talks to.
enum Console {
    /// Prints a text to standard output, with a line end.
    static func print(_ text: String) { write(text + "\n", to: .standardOutput) }

    /// Prints a text to standard error, with a line end.
    static func complain(_ text: String) { write(text + "\n", to: .standardError) }

    /// Writes a text as it is; a reader that has gone away is no fault of ours.
    static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))  // `belay rules | head` closes the pipe early.
    }

    /// Whether standard output is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
