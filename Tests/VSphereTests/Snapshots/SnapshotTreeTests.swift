import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("The tree of snapshots")
struct SnapshotTreeTests {
    /// root -> child -> grand, root -> second; `current` is put where a row wants it.
    static func tree(current: String) -> SnapshotTree {
        var tree = SnapshotTree()
        tree.create(Moref("root"))
        tree.create(Moref("child"))
        tree.create(Moref("grand"))
        tree.revert(to: Moref("root"))
        tree.create(Moref("second"))
        tree.revert(to: Moref(current))
        return tree
    }

    struct Row {
        let current: String
        let event: Event
        let gone: [String]
        let left: [String]
        let now: String?
    }
    enum Event { case remove(String), removeSubtree(String), removeAll, create(String), revert(String) }

    static let table: [Row] = [
        Row(
            current: "root", event: .create("new"), gone: [], left: ["root", "child", "grand", "second", "new"],
            now: "new"),
        Row(
            current: "grand", event: .create("new"), gone: [], left: ["root", "child", "grand", "new", "second"],
            now: "new"),
        Row(
            current: "grand", event: .revert("second"), gone: [], left: ["root", "child", "grand", "second"],
            now: "second"),
        Row(
            current: "second", event: .revert("second"), gone: [], left: ["root", "child", "grand", "second"],
            now: "second"),
        Row(
            current: "second", event: .revert("grand"), gone: [], left: ["root", "child", "grand", "second"],
            now: "grand"),
        Row(
            current: "grand", event: .remove("grand"), gone: ["grand"], left: ["root", "child", "second"], now: "child"),
        Row(
            current: "grand", event: .remove("child"), gone: ["child"], left: ["root", "grand", "second"], now: "grand"),
        Row(
            current: "child", event: .remove("child"), gone: ["child"], left: ["root", "grand", "second"], now: "root"),
        Row(
            current: "second", event: .remove("root"), gone: ["root"], left: ["child", "grand", "second"], now: "second"
        ),
        Row(current: "root", event: .remove("root"), gone: ["root"], left: ["child", "grand", "second"], now: nil),
        Row(
            current: "grand", event: .removeSubtree("child"), gone: ["child", "grand"], left: ["root", "second"],
            now: "root"),
        Row(
            current: "second", event: .removeSubtree("child"), gone: ["child", "grand"], left: ["root", "second"],
            now: "second"),
        Row(
            current: "second", event: .removeSubtree("root"), gone: ["root", "child", "grand", "second"], left: [],
            now: nil),
        Row(current: "grand", event: .removeAll, gone: ["root", "child", "grand", "second"], left: [], now: nil),
    ]

    @Test("VMW-091: what goes, what moves up and what is current after each operation", arguments: table)
    func operation(row: Row) {
        var tree = Self.tree(current: row.current)
        var gone: [Moref<VirtualMachineSnapshot>] = []
        switch row.event {
        case .create(let id): tree.create(Moref(id))
        case .revert(let id): tree.revert(to: Moref(id))
        case .remove(let id): gone = tree.remove(Moref(id), children: false)
        case .removeSubtree(let id): gone = tree.remove(Moref(id), children: true)
        case .removeAll: gone = tree.removeAll()
        }
        #expect(gone.map(\.value) == row.gone)
        #expect(tree.inOrder.map(\.value) == row.left)
        #expect(tree.current?.value == row.now)
    }

    @Test("VMW-092: without its current root a tree has no current node, and the next one is a further root")
    func rootless() {
        var tree = Self.tree(current: "root")
        _ = tree.remove(Moref("root"), children: false)
        tree.create(Moref("fresh"))
        #expect(tree.roots.map(\.value) == ["child", "second", "fresh"])
    }

    @Test("a number is never used again")
    func numbers() {
        var tree = Self.tree(current: "grand")
        _ = tree.removeAll()
        tree.create(Moref("again"))
        #expect(tree.nodes[Moref("again")]?.number == 5)
    }
}
