import Foundation
import Reports

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

    /// How a report on standard output is set.
    static func outputStyle(_ isPlain: Bool) -> TextStyle { style(of: STDOUT_FILENO, isPlain) }

    /// How progress on standard error is set.
    static func errorStyle(_ isPlain: Bool) -> TextStyle { style(of: STDERR_FILENO, isPlain) }

    /// Whether standard error can be written over.
    static func isLive(_ isPlain: Bool) -> Bool { !isPlain && isatty(STDERR_FILENO) == 1 && !isDumb }

    private static func style(of descriptor: Int32, _ isPlain: Bool) -> TextStyle {
        guard isatty(descriptor) == 1 else { return TextStyle() }
        var size = winsize()
        let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col >= 40
        return TextStyle(colours: !isPlain && !refusesColor, width: isKnown ? Int(size.ws_col) : 80)
    }

    private static var isDumb: Bool { ProcessInfo.processInfo.environment["TERM"] == "dumb" }

    /// Rule: https://no-color.org.
    private static var refusesColor: Bool {
        ProcessInfo.processInfo.environment["NO_COLOR"]?.isEmpty == false || isDumb
    }
}
