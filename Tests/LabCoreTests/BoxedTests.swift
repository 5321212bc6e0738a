import LabCore
import Testing

@Suite struct BoxedTests {
    struct House: Hashable, Sendable {
        var rooms = 3
        var tenants = ["Ada"]
    }

    @Test func `what is changed in a copy of a box does not show in the original`() {
        let original = Boxed(House())
        var copy = original
        copy.tenants.append("Ben")
        copy.wrappedValue.rooms = 4
        #expect(original.wrappedValue == House())
        #expect(copy.wrappedValue == House(rooms: 4, tenants: ["Ada", "Ben"]))
    }

    @Test func `boxes are equal when what is in them is`() {
        var other = Boxed(House())
        #expect(other == Boxed(House()))
        other.rooms += 1
        #expect(other != Boxed(House()))
    }
}
