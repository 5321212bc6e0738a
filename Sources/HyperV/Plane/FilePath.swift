import LabCore

/// The path of a file on the host, with a drive letter.
package struct FilePath: Identifier {
    /// The path as it is written.
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ folder: String, _ name: String) { rawValue = "\(folder)\\\(name)" }

    /// The drive letter with its colon.
    package var volume: String { String(rawValue.prefix { $0 != "\\" }) }

    /// The folder that the file lies in.
    package var folder: String {
        rawValue.lastIndex(of: "\\").map { String(rawValue[..<$0]) } ?? ""
    }

    /// The name with its ending.
    package var name: String {
        rawValue.lastIndex(of: "\\").map { String(rawValue[rawValue.index(after: $0)...]) } ?? rawValue
    }

    /// The name without its ending.
    package var stem: String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name }

    /// The ending after the last dot, in lower case.
    package var ending: String {
        name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// Whether it is the differencing disk of a checkpoint.
    package var isAVHDX: Bool { ending == "avhdx" || ending == "avhd" }
}
