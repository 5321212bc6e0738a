import LabCore
import Testing

@Suite struct HashedTextTests {
    @Test("texts are the same, and come before one another, as the texts themselves do", arguments: texts, texts)
    func comparesAsTexts(a: String, b: String) {
        #expect((HashedText(a) == HashedText(b)) == (a == b))
        #expect((HashedText(a) < HashedText(b)) == (a < b))
    }

    @Test("a text is found again by an equal one that was made apart")
    func isFoundAgain() {
        let table = Dictionary(uniqueKeysWithValues: Self.texts.map { (HashedText($0), $0) })
        for text in Self.texts { #expect(table[HashedText(String(text.map(\.self)))] == text) }
    }

    static let texts = ["", "a", "b", "ab", "ba", "i-0123456789abcdef0", "i-0123456789abcdef1"]
}
