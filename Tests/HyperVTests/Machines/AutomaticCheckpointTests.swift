import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import HyperV

@Suite("Automatic checkpoints")
struct AutomaticCheckpointTests {
    @Test("HV-040: a client enables them on new machines, and a server does not")
    func profiles() throws {
        #expect(try Lab(.win11).vm.config.automaticCheckpoints)
        #expect(try !Lab(.ws2025).vm.config.automaticCheckpoints)
        #expect(try Lab(.ws2025).host.checkpoints.isEmpty)
    }

    @Test("HV-041: one is taken at the start, and removed and merged when the machine is off")
    func cycle() throws {
        var lab = try Lab(.win11)
        let first = try #require(lab.host.checkpoints.values.first)
        #expect(first.isAutomatic)
        try lab.write(10)
        try lab.stop()
        #expect(lab.host.checkpoints.isEmpty)
        lab.mergeAll()
        #expect(try lab.leaf().ending == "vhdx")
        try lab.start()
        #expect(lab.host.checkpoints.count == 1)
        #expect(lab.host.checkpoints.keys.first != first.id)
        #expect(try lab.facts()[.records] == 10)
    }

    @Test("HV-042: its mere existence puts the machine on a chain, which refuses a resize")
    func chain() throws {
        var lab = try Lab(.win11)
        let leaf = try lab.leaf()
        #expect(leaf.isAVHDX)
        #expect(refusal { try lab.host.resizeVHD(leaf, to: .gibibytes(50)) }?.rule == "HV-120")
    }

    @Test("HV-044: they are switched on and off only while the machine is off")
    func switching() throws {
        var lab = try Lab(.win11)
        var change = VMChange()
        change.automaticCheckpoints = false
        #expect(refusal { try lab.host.setVM(lab.id, change) }?.rule == "HV-044")
        try lab.stop()
        try lab.host.setVM(lab.id, change)
        try lab.start()
        #expect(lab.host.checkpoints.isEmpty)
    }

    @Test("HV-045: one can be applied like any other, and is the state of the last start")
    func restore() throws {
        var lab = try Lab(.win11)
        try lab.write(10)
        let automatic = try #require(lab.host.checkpoints.values.first)
        var strict = lab
        try lab.restore(automatic)
        #expect(try lab.vm.state == .off)
        try lab.start()
        #expect(try lab.facts()[.records] == 0)
        strict.host.settings.inferred.automaticCheckpointsCanBeRestored = false
        #expect(refusal { try strict.restore(automatic) }?.rule == "HV-045")
    }
}
