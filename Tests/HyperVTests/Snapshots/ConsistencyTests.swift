import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("What checkpoints hold")
struct ConsistencyTests {
    @Test("HV-008 and HV-033: a production checkpoint holds no memory, is listed as standard, and the machine runs on")
    func production() throws {
        var lab = try Lab()
        let boot = try lab.facts()[.bootID]
        let checkpoint = try lab.checkpoint()
        #expect(checkpoint.state == .off)
        #expect(checkpoint.type == .standard)
        #expect(checkpoint.consistency == .fileSystem)
        #expect(try lab.vm.state == .running)
        #expect(try lab.facts()[.bootID] == boot)
        #expect(try lab.checkpoint("s", .standard).type == checkpoint.type)
    }

    @Test("HV-009: a guest that does not come to rest gets a standard checkpoint without a word")
    func fallback() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.guest[.vss] = .stopped }
        let checkpoint = try lab.checkpoint()
        #expect(checkpoint.state == .saved)
        #expect(checkpoint.consistency == .memory)
        #expect(checkpoint.type == .standard)
    }

    @Test(
        "HV-010, HV-150, HV-151 and HV-154: production-only never falls back, and nothing is made",
        arguments: [("HV-150", nil), ("HV-151", .stopped), ("HV-151", .absent), ("HV-154", .outdated)]
            as [(String, GuestComponents.Component?)])
    func productionOnly(rule: String, component: GuestComponents.Component?) throws {
        var lab = try Lab()
        try lab.setType(.productionOnly)
        if let component {
            lab.host.tamper(with: lab.id) { $0.guest[.vss] = component }
        } else {
            try lab.host.disableVMIntegrationService(.vss, of: lab.id)
        }
        let before = lab.host.inventory
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule?.rawValue == rule)
        #expect(fault?.message.contains("Production checkpoints cannot be created for 'web'.") == true)
        #expect(lab.host.inventory == before)
        #expect(try lab.vm.state == .running)
    }

    @Test(
        "HV-150, HV-151 and HV-154: with production the same obstacles end in a standard checkpoint",
        arguments: [nil, .stopped, .absent, .outdated] as [GuestComponents.Component?])
    func fallbacks(component: GuestComponents.Component?) throws {
        var lab = try Lab()
        if let component {
            lab.host.tamper(with: lab.id) { $0.guest[.vss] = component }
        } else {
            try lab.host.disableVMIntegrationService(.vss, of: lab.id)
        }
        #expect(try lab.checkpoint().state == .saved)
        lab.host.tamper(with: lab.id) { $0.guest[.vss] = .running }
        try lab.host.enableVMIntegrationService(.vss, of: lab.id)
        #expect(try lab.checkpoint().state == .off)
    }

    @Test(
        "HV-152: a freeze that fails or hangs fails the quiesce",
        arguments: [GuestFaultPlan.quiesceRefused, .agentHangs], [CheckpointType.production, .productionOnly])
    func freezeFails(plan: GuestFaultPlan, type: CheckpointType) throws {
        var lab = try Lab()
        try lab.setType(type)
        lab.host.tamper(with: lab.id) { $0.hardware.inject(plan) }
        guard type == .productionOnly else {
            #expect(try lab.checkpoint().state == .saved)
            return
        }
        let before = lab.host.inventory
        let fault = refusal { try lab.checkpoint() }
        #expect(fault?.rule == "HV-152")
        #expect(lab.host.inventory == before)
        #expect(try lab.facts()[.service] == "healthy")
        #expect(try lab.checkpoint().state == .off, "the guest can be asked again")
    }

    @Test(
        "HV-011: a standard checkpoint needs nothing of the guest, and asks nothing of one that would answer",
        arguments: [true, false])
    func standard(answers: Bool) throws {
        var lab = try Lab()
        if !answers {
            for service in IntegrationService.allCases {
                lab.host.tamper(with: lab.id) { $0.guest[service] = .absent }
            }
            lab.host.tamper(with: lab.id) { $0.hardware.inject(.agentHangs) }
        }
        let checkpoint = try lab.checkpoint("s", .standard)
        #expect(checkpoint.state == .saved)
        #expect(checkpoint.consistency == .memory)
    }

    @Test(
        "HV-012: a machine that is off gives disks and settings, whatever its type", arguments: CheckpointType.allCases)
    func off(type: CheckpointType) throws {
        var lab = try Lab()
        try lab.stop()
        if type == .disabled { return }
        let checkpoint = try lab.checkpoint("off", type)
        #expect(checkpoint.state == .off)
        #expect(checkpoint.consistency == .off)
        #expect(lab.host.stateFiles.isEmpty)
    }

    @Test("HV-013: a saved machine's checkpoint holds a copy of its saved state")
    func saved() throws {
        var lab = try Lab()
        try lab.save()
        #expect(try lab.checkpoint().state == .saved)
        #expect(try lab.vm.state == .saved)
        #expect(lab.host.stateFiles.count == 2)
        lab.host.settings.inferred.copiesSavedState = false
        #expect(try lab.checkpoint().state == .off)
    }

    @Test("HV-014: production-only on a machine that stands still is refused", arguments: [true, false])
    func sleeper(isSaved: Bool) throws {
        var lab = try Lab()
        try lab.setType(.productionOnly)
        if isSaved { try lab.save() } else { try lab.pause() }
        #expect(refusal { try lab.checkpoint() }?.rule == "HV-014")
        lab.host.settings.inferred.sleepersCannotQuiesce = false
        #expect(try lab.checkpoint().state == .saved)
    }

    @Test("HV-032: an old configuration has no production checkpoints")
    func oldVersion() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.config.version = ConfigurationVersion(5, 0) }
        #expect(try lab.checkpoint().state == .saved)
        try lab.setType(.productionOnly)
        #expect(refusal { try lab.checkpoint() }?.rule == "HV-032")
        lab.host.settings.inferred.productionNeedsVersion = ConfigurationVersion(5, 0)
        #expect(try lab.checkpoint().state == .off)
    }

    @Test("HV-153: a production checkpoint of a Linux guest is consistent for files, and its database replays")
    func fileSystems() throws {
        var lab = try Lab()
        try lab.write(50)
        let checkpoint = try lab.checkpoint()
        #expect(checkpoint.consistency == .fileSystem)
        try lab.restore(checkpoint)
        try lab.start()
        let facts = try lab.facts()
        #expect(facts[.fileSystem(.data)] == "clean")
        #expect(facts[.database] == "replayed")
        #expect(facts[.records] == 50)
        lab.host.tamper(with: lab.id) { $0.guest.isWindows = true }
        #expect(try lab.checkpoint().consistency == .application)
    }
}
