import LabCore
import Testing

@Suite struct ByteCountTests {
    @Test(
        "amounts are told in the largest unit that fits",
        arguments: [
            (.zero, "0 B"), (ByteCount(1023), "1023 B"), (.kibibytes(1), "1 KiB"), (.kibibytes(1536), "1.5 MiB"),
            (.gibibytes(200), "200 GiB"), (.gibibytes(2048), "2 TiB"),
        ] as [(ByteCount, String)])
    func words(amount: ByteCount, text: String) {
        #expect(amount.description == text)
    }

    @Test(
        "gibibytes are rounded up", arguments: [(0, 0), (1, 1), (1 << 30, 1), ((1 << 30) + 1, 2)] as [(Int64, Int)])
    func gibibytes(bytes: Int64, whole: Int) {
        #expect(ByteCount(bytes).gibibytesRoundedUp == whole)
    }

    @Test func `moving 90 MiB at 60 MiB a second takes a second and a half`() {
        #expect(ByteCount.mebibytes(90).time(at: .mebibytes(60)) == .milliseconds(1500))
    }

    @Test func `a negative amount is a mistake of the program`() async {
        await #expect(processExitsWith: .failure) { _ = ByteCount(-1) }
    }
}
