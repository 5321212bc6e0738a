import LabCore
import Testing

@Suite struct GUIDTests {
    @Test("a text is read and written again, in letters of either case", arguments: texts)
    func isReadAndWritten(text: String) throws {
        let guid = try #require(GUID(text))
        #expect(guid.text() == text.lowercased())
        #expect(guid.text(uppercase: true) == text.uppercased())
        #expect(GUID(text.uppercased()) == guid)
        #expect(GUID(text.lowercased()) == guid)
    }

    @Test(
        "what is no GUID is not read",
        arguments: [
            "", "x", "01234567-89ab-4def-8123-456789abcde", "01234567-89ab-4def-8123-456789abcdef0",
            "01234567_89ab-4def-8123-456789abcdef", "01234567-89ab-4def-8123-456789abcdeg",
            "012345678-9ab-4def-8123-456789abcdef", "01234567-89ab-4def-8123-456789abcdé",
        ])
    func strangers(text: String) { #expect(GUID(text) == nil) }

    @Test("numbers come in the order of their texts, and are found again by equal ones")
    func order() throws {
        let numbers = try Self.texts.map { try #require(GUID($0)) }
        #expect(numbers.sorted().map(\.description) == Self.texts.map { $0.lowercased() }.sorted())
        for (a, b) in zip(numbers, Self.texts) {
            #expect(Set(numbers).contains(a))
            #expect(GUID(b) == a)
        }
        #expect(Set(numbers).count == numbers.count)
    }

    @Test("numbers that are made never repeat, and are of version 4")
    func made() {
        var names = NameMaker(seed: 6)
        let made = (0..<2000).map { _ in names.guid() }
        #expect(Set(made).count == made.count)
        let parts = made.map { $0.text().split(separator: "-") }
        #expect(parts.allSatisfy { $0.map(\.count) == [8, 4, 4, 4, 12] && $0[2].first == "4" })
        #expect(Set(parts.compactMap { $0[3].first }) == ["8", "9", "a", "b"])
    }

    static let texts = [
        "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "01234567-89ab-cdef-0123-456789abcdef", "fedcba98-7654-3210-fedc-ba9876543210",
        "9a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3", "00000000-0000-0000-0000-000000000001",
    ]
}
