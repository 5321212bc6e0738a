import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("The tree of checkpoints")
struct SnapshotTreeTests {
    /// A number for each of the names.
    private func id(_ name: String) -> Checkpoint.ID {
        var names = NameMaker(seed: UInt64(name.utf8.reduce(0) { 256 * $0 + Int($1) }))
        return Checkpoint.ID(names.guid())
    }

    /// a, under it b and c; c is current.
    private var forked: SnapshotTree {
        var tree = SnapshotTree()
        tree.create(id("a"))
        tree.create(id("b"))
        tree.revert(to: id("a"))
        tree.create(id("c"))
        return tree
    }

    @Test("HV-001: a new checkpoint hangs under the current one and becomes current")
    func create() {
        var tree = forked
        tree.create(id("d"))
        #expect(tree.nodes[id("d")]?.parent == id("c"))
        #expect(tree.current == id("d"))
        #expect(tree.path(to: tree.current) == ["a", "c", "d"].map(id))
    }

    @Test("HV-067: applying moves the position and keeps every checkpoint, the newer ones too")
    func revert() {
        var tree = forked
        tree.revert(to: id("b"))
        #expect(tree.inOrder == ["a", "b", "c"].map(id))
        #expect(tree.current == id("b"))
    }

    @Test("HV-092: what hangs under a removed checkpoint moves up in its place")
    func remove() {
        var tree = forked
        tree.remove(id("a"))
        #expect(tree.roots == ["b", "c"].map(id))
        #expect(tree.nodes[id("b")]?.parent == nil)
        #expect(tree.current == id("c"))
    }

    @Test("HV-104: removing the checkpoint that the machine stands on moves it to the one above")
    func removeCurrent() {
        var tree = forked
        tree.remove(id("c"))
        #expect(tree.current == id("a"))
        tree.remove(id("a"))
        #expect(tree.current == nil)
        #expect(tree.roots == [id("b")])
    }
}
