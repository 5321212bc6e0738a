import LabCore

/// The path of a file on the host, with a drive letter.
package struct FilePath: Identifier {
    private let path: HashedText

    package init(rawValue: String) { path = HashedText(rawValue) }
    package init(_ folder: String, _ name: String) { path = HashedText("\(folder)\\\(name)") }

    /// The path as it is written.
    package var rawValue: String { path.text }

    /// The drive letter with its colon.
    package var volume: String { String(Substring(rawValue.utf8.prefix { $0 != Self.separator })) }

    /// The folder that the file lies in.
    package var folder: String { lastSeparator.map { String(rawValue[..<$0]) } ?? "" }

    /// The name with its ending.
    package var name: String { lastSeparator.map { String(rawValue[rawValue.utf8.index(after: $0)...]) } ?? rawValue }

    /// The name without its ending.
    package var stem: String {
        let name = name
        return Self.lastDot(of: name).map { String(name[..<$0]) } ?? name
    }

    /// The ending after the last dot, in lower case.
    package var ending: String {
        let name = name
        return Self.lastDot(of: name).map { name[name.utf8.index(after: $0)...].lowercased() } ?? ""
    }

    private static let separator = UInt8(ascii: "\\")
    private var lastSeparator: String.Index? { rawValue.utf8.lastIndex(of: Self.separator) }
    private static func lastDot(of name: String) -> String.Index? { name.utf8.lastIndex(of: UInt8(ascii: ".")) }

    /// Whether it is the differencing disk of a checkpoint.
    package var isAVHDX: Bool { ending == "avhdx" || ending == "avhd" }

    package static func == (a: Self, b: Self) -> Bool { a.path == b.path }
    package func hash(into hasher: inout Hasher) { path.hash(into: &hasher) }
}
