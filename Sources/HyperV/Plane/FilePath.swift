import LabCore

/// The path of a file on the host, with a drive letter.
package struct FilePath: Identifier {
    private let path: HashedText

    package init(rawValue: String) { path = HashedText(rawValue) }
    package init(_ folder: String, _ name: String) { self.init(rawValue: "\(folder)\\\(name)") }

    /// The path as it is written.
    package var rawValue: String { path.text }

    /// The drive letter with its colon.
    package var volume: String { String(Substring(rawValue.utf8.prefix { $0 != Self.separator })) }

    /// The folder that the file lies in.
    package var folder: String { String(Substring(rawValue.utf8.prefix(max(0, nameOffset - 1)))) }

    /// The name with its ending.
    package var name: String { String(Substring(rawValue.utf8.dropFirst(nameOffset))) }

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

    /// How many bytes stand before the name.
    private var nameOffset: Int {
        let bytes = rawValue.utf8.span
        var start = bytes.count
        while start > 0, bytes[start - 1] != Self.separator { start -= 1 }
        return start
    }

    private static let separator = UInt8(ascii: "\\")
    private static func lastDot(of name: String) -> String.Index? { name.utf8.lastIndex(of: UInt8(ascii: ".")) }

    /// Whether it is the differencing disk of a checkpoint.
    package var isAVHDX: Bool { ends(in: ".avhdx") || ends(in: ".avhd") }

    /// Whether the name ends so, whatever the case of its letters; `ending` is a dot and letters in lower case.
    private func ends(in ending: String) -> Bool {
        rawValue.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8) { $0 | 0x20 == $1 }
    }

    package static func == (a: Self, b: Self) -> Bool { a.path == b.path }
    package func hash(into hasher: inout Hasher) { path.hash(into: &hasher) }
    package func _rawHashValue(seed: Int) -> Int { path._rawHashValue(seed: seed) }
}
