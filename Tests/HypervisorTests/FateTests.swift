import Hypervisor
import Testing

@Suite struct FateTests {
    @Test(
        "what became of a fact, from its three values",
        arguments: [
            ("a", "a", "a", .kept), ("a", "b", "a", .reverted), ("a", "b", "b", .changed), ("a", "b", "c", .changed),
            ("a", "a", nil, .lost), (nil, nil, nil, .kept), (nil, "b", "b", .changed), (nil, "b", nil, .reverted),
            (5, 9, 3, .lost), (5, 9, 9, .changed), (5, 9, 5, .reverted), ("clean", "clean", "corrupt", .corrupt),
            ("a", "a", .unreadable("no disk"), .corrupt), ("1.0", "mixed", "unreadable", .corrupt),
        ] as [(FactValue?, FactValue?, FactValue?, Fate)])
    func fate(wanted: FactValue?, failed: FactValue?, restored: FactValue?, fate: Fate) {
        #expect(Fate(wanted: wanted, failed: failed, restored: restored) == fate)
    }
}
