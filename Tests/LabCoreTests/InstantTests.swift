import LabCore
import Testing

@Suite struct InstantTests {
    @Test(
        "an instant is written in ISO 8601, in UTC, with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_399_999_000_000, "2100-02-28T23:59:59.999Z"),
            (Instant.start.nanoseconds, "2026-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func text(nanoseconds: Int64, text: String) {
        #expect(Instant(nanoseconds: nanoseconds).description == text)
    }

    @Test func `adding and subtracting a duration undo each other`() {
        let later = Instant.start + .days(400) + .milliseconds(1)
        #expect(later - .start == .days(400) + .milliseconds(1))
        #expect(later - .days(400) - .milliseconds(1) == .start)
        #expect(.start < later)
    }

    @Test(
        "durations are told in words",
        arguments: [
            (.zero, "0 ms"), (.milliseconds(999), "999 ms"), (.seconds(1), "1 s"), (.milliseconds(12_340), "12.3 s"),
            (.milliseconds(59_990), "59.9 s"), (.seconds(60), "1 min"), (.seconds(200), "3 min 20 s"),
            (.minutes(125), "2 h 5 min"), (.days(14), "14 d"), (.zero - .seconds(2), "-2 s"),
        ] as [(Duration, String)])
    func words(duration: Duration, text: String) {
        #expect(duration.inWords == text)
    }
}
