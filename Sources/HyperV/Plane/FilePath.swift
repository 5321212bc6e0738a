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

    /// Whether the file lies on a volume.
    package func isOn(volume: String) -> Bool {
        let (path, name) = (rawValue.utf8.span, volume.utf8.span)
        guard path.count >= name.count, path.count == name.count || path[name.count] == Self.separator else {
            return false
        }
        return name.indices.allSatisfy { path[$0] == name[$0] }
    }

    /// The folder that the file lies in.
    package var folder: String { text(0..<max(0, nameOffset - 1)) }

    /// The name with its ending.
    package var name: String { text(nameOffset..<rawValue.utf8.count) }

    /// The name without its ending.
    package var stem: String { text(nameOffset..<(dotOffset ?? rawValue.utf8.count)) }

    /// The ending after the last dot, in lower case.
    package var ending: String { dotOffset.map { text($0 + 1..<rawValue.utf8.count).lowercased() } ?? "" }

    /// The path of another file in the same folder.
    package func sibling(_ name: String) -> FilePath { FilePath(rawValue: text(0..<nameOffset) + name) }

    private func text(_ bytes: Range<Int>) -> String {
        let all = rawValue.utf8
        return String(Substring(all.prefix(bytes.upperBound).dropFirst(bytes.lowerBound)))
    }

    /// How many bytes stand before the name.
    private var nameOffset: Int { lastPlace(of: Self.separator).map { $0 + 1 } ?? 0 }
    /// How many bytes stand before the last dot of the name.
    private var dotOffset: Int? { lastPlace(of: UInt8(ascii: ".")).flatMap { $0 < nameOffset ? nil : $0 } }

    private func lastPlace(of byte: UInt8) -> Int? {
        let bytes = rawValue.utf8.span
        var place = bytes.count - 1
        while place >= 0, bytes[place] != byte { place -= 1 }
        return place < 0 ? nil : place
    }

    private static let separator = UInt8(ascii: "\\")

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
