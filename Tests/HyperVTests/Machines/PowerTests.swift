import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Power")
struct PowerTests {
    @Test("HV-131: a verb whose end is reached already warns and succeeds", arguments: [true, false])
    func satisfied(warns: Bool) throws {
        var lab = try Lab()
        if !warns { lab.host.settings.inferred.satisfiedVerbsWarn = false }
        let verbs: [(PowerState, @Sendable (inout HyperV, VirtualMachine.ID) throws -> CmdletAnswer)] = [
            (.running, { try $0.startVM($1) }), (.running, { try $0.resumeVM($1) }), (.off, { try $0.stopVM($1) }),
            (.off, { try $0.turnOffVM($1) }), (.paused, { try $0.suspendVM($1) }), (.saved, { try $0.saveVM($1) }),
        ]
        for (state, verb) in verbs {
            var lab = lab
            switch state {
            case .off: try lab.turnOff()
            case .paused: try lab.pause()
            case .saved: try lab.save()
            default: break
            }
            if warns {
                let answer = try verb(&lab.host, lab.id)
                #expect(answer == .warning("The virtual machine is already in the specified state."), "\(state)")
            } else {
                #expect(refusal { _ = try verb(&lab.host, lab.id) }?.id == .invalidState)
            }
            #expect(try lab.vm.state == state)
        }
    }

    @Test("a machine that was paused or saved goes on where it was")
    func goesOn() throws {
        var lab = try Lab()
        let boot = try lab.facts()[.bootID]
        try lab.pause()
        #expect(try lab.facts()[.power] == "suspended")
        try lab.power { try $0.resumeVM($1) }
        try lab.pause()
        try lab.start()
        try lab.save()
        #expect(lab.host.stateFiles.count == 1)
        try lab.start()
        #expect(lab.host.stateFiles.isEmpty)
        #expect(try lab.facts()[.bootID] == boot)
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("a saved machine that is turned off, or whose saved state is removed, boots anew", arguments: [true, false])
    func droppedState(byTurnOff: Bool) throws {
        var lab = try Lab()
        let boot = try lab.facts()[.bootID]
        try lab.save()
        if byTurnOff { try lab.turnOff() } else { try lab.host.removeVMSavedState(of: lab.id) }
        #expect(try lab.vm.state == .off)
        #expect(lab.host.stateFiles.isEmpty)
        try lab.start()
        #expect(try lab.facts()[.bootID] != boot)
    }

    @Test("HV-128: a guest without the shutdown service does not stop", arguments: [true, false])
    func noService(isOffered: Bool) throws {
        var lab = try Lab()
        if isOffered {
            lab.host.tamper(with: lab.id) { $0.guest[.shutdown] = .absent }
        } else {
            try lab.host.disableVMIntegrationService(.shutdown, of: lab.id)
        }
        let fault = refusal { try lab.stop() }
        #expect(fault?.rule == "HV-128")
        #expect(fault?.hresult == 0x8007_0015)
        #expect(try lab.vm.state == .running)
        #expect(try lab.facts()[.service] == "healthy")
        lab.host.settings.inferred.shutdownNeedsService = false
        try lab.stop()
        #expect(try lab.vm.state == .off)
    }

    @Test("HV-129: with force a guest that does not answer has five minutes, and then its power is cut")
    func force() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.guest[.shutdown] = .stopped }
        let begin = lab.host.now
        let answer = try lab.host.stopVM(lab.id, force: true)
        lab.host.advance(by: .seconds(299))
        #expect(try lab.vm.state == .stopping)
        #expect(try lab.vm.hardware.power == .on)
        lab.host.advance(by: .seconds(1))
        #expect(try lab.vm.hardware.power == .off, "the power goes before the job ends")
        try lab.host.wait(for: try #require(answer.job))
        #expect(try lab.vm.state == .off)
        #expect(lab.host.now - begin >= .minutes(5))
        #expect(lab.host.takeEvents().contains { $0.text.contains("power cut") })
    }

    @Test("the power can be cut while a guest shuts down")
    func cutWhileStopping() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.guest[.shutdown] = .stopped }
        _ = try lab.host.stopVM(lab.id, force: true)
        try lab.turnOff()
        #expect(try lab.vm.state == .off)
        lab.host.advance(by: .minutes(10))
        try lab.start()
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("HV-130: restarting is a hard reset: what was not flushed is lost")
    func restart() throws {
        var lab = try Lab()
        try lab.write(10)
        #expect(try lab.host.perform(.writeLooseFiles(5), on: lab.machine).succeeded)
        try lab.power { try $0.restartVM($1) }
        lab.host.awaitGuest(lab.id)
        #expect(try lab.facts()[.looseFiles] == 0)
        #expect(try lab.facts()[.records] == 10)
        try lab.turnOff()
        #expect(refusal { try lab.power { try $0.restartVM($1) } }?.id == .invalidState)
    }

    @Test("HV-132: a saved or running machine refuses most changes of its hardware", arguments: [true, false])
    func hardware(isSaved: Bool) throws {
        var lab = try Lab()
        if isSaved { try lab.save() }
        var change = VMChange()
        change.processorCount = 4
        #expect(refusal { try lab.host.setVM(lab.id, change) }?.rule == "HV-132")
        try lab.turnOff()
        try lab.host.setVM(lab.id, change)
        #expect(try lab.vm.config.processorCount == 4)
    }

    @Test("HV-127: only a machine that is off or saved can be removed", arguments: PowerState.allCases)
    func removal(state: PowerState) throws {
        var lab = try Lab()
        lab.host.setState(of: lab.id, state)
        if state == .off || state == .saved {
            try lab.host.removeVM(lab.id)
            #expect(lab.host.machines.isEmpty)
            #expect(lab.host.files.count == 2, "its disks stay")
        } else {
            #expect(refusal { try lab.host.removeVM(lab.id) }?.rule == "HV-127")
            #expect(lab.host.machines.count == 1)
        }
    }

    @Test(
        "HV-135: versions of configurations go up alone, and an old checkpoint brings its own back",
        arguments: [true, false])
    func version(follows: Bool) throws {
        var lab = try Lab()
        if !follows { lab.host.settings.inferred.applyRestoresVersion = false }
        try lab.stop()
        lab.host.tamper(with: lab.id) { $0.config.version = ConfigurationVersion(8, 0) }
        let checkpoint = try lab.checkpoint()
        try lab.host.updateVMVersion(lab.id)
        #expect(try lab.vm.config.version == ConfigurationVersion(12, 0))
        lab.host.tamper(with: lab.id) { $0.config.version = ConfigurationVersion(99, 0) }
        try lab.host.updateVMVersion(lab.id)
        #expect(try lab.vm.config.version == ConfigurationVersion(99, 0))
        try lab.restore(checkpoint)
        #expect(try lab.vm.config.version == ConfigurationVersion(follows ? 8 : 99, 0))
        try lab.start()
        #expect(refusal { try lab.host.updateVMVersion(lab.id) }?.id == .invalidState)
    }

    @Test("HV-155: the heartbeat is silent until the guest is up, and lost for a while after a memory came back")
    func heartbeat() throws {
        var lab = try Lab()
        #expect(lab.host.status(of: .heartbeat, in: try lab.vm) == .ok)
        let checkpoint = try lab.checkpoint("c", .standard)
        try lab.turnOff()
        #expect(lab.host.status(of: .heartbeat, in: try lab.vm) == nil)
        try lab.power { try $0.startVM($1) }
        #expect(lab.host.status(of: .heartbeat, in: try lab.vm) == .noContact)
        lab.host.awaitGuest(lab.id)
        #expect(lab.host.status(of: .heartbeat, in: try lab.vm) == .ok)
        try lab.restore(checkpoint)
        #expect(lab.host.status(of: .heartbeat, in: try lab.vm) == .lostCommunication)
        var talkative = lab
        talkative.host.settings.inferred.heartbeatNeedsBoot = false
        #expect(talkative.host.status(of: .heartbeat, in: try talkative.vm) == .ok)
        lab.host.awaitGuest(lab.id)
        #expect(lab.host.status(of: .heartbeat, in: try lab.vm) == .ok)
    }

    @Test("HV-154: old components in the guest show that they do not match")
    func outdated() throws {
        var lab = try Lab()
        lab.host.tamper(with: lab.id) { $0.guest[.vss] = .outdated }
        #expect(lab.host.status(of: .vss, in: try lab.vm) == .protocolMismatch)
    }

    @Test("HV-156: everything but the guest service interface is offered from the start")
    func offered() throws {
        let lab = try Lab()
        for service in IntegrationService.allCases {
            let status = lab.host.status(of: service, in: try lab.vm)
            #expect(status == (service == .guestServiceInterface ? .disabled : .ok), "\(service)")
        }
        #expect(Set(IntegrationService.allCases.map(\.guid)).count == 6)
    }

    @Test("what the guest tells of itself comes through key-value exchange alone")
    func guestValues() throws {
        var lab = try Lab()
        #expect(try lab.host.guestValues(of: lab.id)?["NetworkAddressIPv4"] == lab.vm.privateAddress)
        lab.host.tamper(with: lab.id) { $0.guest[.keyValuePairExchange] = .stopped }
        #expect(try lab.host.guestValues(of: lab.id) == nil)
    }
}
