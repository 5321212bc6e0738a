import LabCore
import Testing

@Suite struct WorldTests {
    @Test func `the dice are those of the published generator`() {
        // The state that SplitMix64 makes of seed 0, and xoshiro256** from there; computed apart from this code.
        var dice = Dice(seed: 0)
        let throwsOfDice = [dice.next(), dice.next(), dice.next()]
        #expect(throwsOfDice == Self.published)
    }
    static let published: [UInt64] = [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0]

    @Test func `one seed gives one world`() {
        func story(seed: UInt64) -> [String] {
            var world = World(seed: seed)
            return [
                world.names.hexadecimal(digits: 17), world.names.uuid(), world.names.address(under: "10.0"),
                world.names.hardwareAddress(under: "00:50:56"), String(world.dice.roll(below: 1_000_000)),
            ]
        }
        #expect(story(seed: 7) == story(seed: 7))
        #expect(story(seed: 7) != story(seed: 8))
    }

    @Test func `a roll stays below its bound and reaches every side`() {
        var dice = Dice(seed: 1)
        let sides = Set((0..<1000).map { _ in dice.roll(below: 6) })
        #expect(sides == Set(0..<6))
    }

    @Test func `never is never and always is always`() {
        var dice = Dice(seed: 2)
        let isCertain = (0..<1000).allSatisfy { _ in !dice.chance(0, in: 5) && dice.chance(5, in: 5) }
        #expect(isCertain)
    }

    @Test func `splitting keeps the throws of a part from moving the others`() {
        var whole = Dice(seed: 3)
        var part = whole.split()
        let next = whole
        _ = part.next()
        #expect(whole == next)
    }

    @Test func `addresses are never handed out twice`() {
        var names = NameMaker(seed: 4)
        let addresses = (0..<2000).map { _ in names.address(under: "10.0") }
        #expect(Set(addresses).count == addresses.count)
        let hardware = (0..<2000).map { _ in names.hardwareAddress(under: "00:50:56") }
        #expect(Set(hardware).count == hardware.count)
        #expect(hardware[0] == "00:50:56:00:00:01")
    }

    @Test func `a uuid is of version 4`() {
        var names = NameMaker(seed: 5)
        let parts = names.uuid().split(separator: "-")
        #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
        #expect(parts[2].first == "4")
        #expect("89ab".contains(parts[3].first ?? " "))
    }

    @Test func `virtual time never runs backwards`() async {
        await #expect(processExitsWith: .failure) {
            var world = World(seed: 0)
            world.advance(to: .start - .seconds(1))
        }
    }

    @Test func `the stable hash is stable, and knows where a text ends`() {
        func digest(_ texts: String...) -> String {
            var hasher = StableHasher()
            for text in texts { hasher.combine(text) }
            return hasher.digest()
        }
        #expect(digest("ab", "c") != digest("a", "bc"))
        #expect(digest("root", "data") == Self.knownDigest)
    }
    static let knownDigest = "8f3ca7cb1ae015ab"
}
