import Testing

@Suite("Every setting has an effect")
struct SettingsTests {
    @Test("a setting of a model is read by the model's code", arguments: files)
    func isRead(file: SourceFile) {
        let uses = Package.sources.filter { $0.target == file.target }.flatMap(\.code).flatMap(Self.words)
            .reduce(into: [Substring: Int]()) { $0[$1, default: 0] += 1 }
        let unread = file.code.compactMap(Self.setting).filter { uses[$0, default: 0] <= 1 }
        #expect(unread == [])
    }

    private static let files = Package.sources.filter { $0.path.contains(".Settings") }

    /// The name of the setting that a line declares.
    private static func setting(in line: String) -> Substring? {
        let words = words(of: line)
        guard let first = words.first, first == "public" || first == "package", !line.contains("{"),
            let place = words.firstIndex(of: "var"), place + 1 < words.endIndex
        else { return nil }
        return words[place + 1]
    }

    private static func words(of line: String) -> [Substring] { line.split { !$0.isLetter && !$0.isNumber } }
}
