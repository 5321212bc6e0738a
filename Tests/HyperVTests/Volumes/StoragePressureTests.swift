import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("When the storage is full")
struct StoragePressureTests {
    /// A machine whose volume has so little room left.
    private func squeezed(to free: ByteCount, _ change: (inout VMChange) -> Void = { _ in }) throws -> Lab {
        var lab = try Lab()
        var request = VMChange()
        change(&request)
        try lab.host.setVM(lab.id, request)
        lab.host.changeVolume("D:") { $0.capacity = $0.used + free }
        return lab
    }

    @Test("HV-137: a volume that runs low degrades its machines, and one that is full stops them")
    func degrees() throws {
        #expect(try squeezed(to: .gibibytes(3)).host.healthState(of: Lab().id) == 5)
        let low = try squeezed(to: .gibibytes(1))
        #expect(try low.host.healthState(of: low.id) == 20)
        #expect(try low.vm.state == .running)
        var full = try squeezed(to: .mebibytes(100))
        #expect(try full.host.healthState(of: full.id) == 25)
        #expect(try full.vm.state == .pausedCritical)
        #expect(throws: Refusal.self) { try full.host.perform(.status, on: full.machine) }
        #expect(refusal { _ = try full.host.saveVM(full.id) }?.id == .operationFailed)
        #expect(refusal { _ = try full.host.checkpointVM(full.id) }?.id == .operationFailed)
    }

    @Test("HV-137: what the guest itself writes can fill the volume")
    func byTheGuest() throws {
        var lab = try squeezed(to: .mebibytes(210))
        #expect(try lab.vm.state == .running)
        let answer = try lab.host.perform(.fillDisk(.data, leaving: .gibibytes(19)), on: lab.machine)
        #expect(answer.succeeded)
        for _ in 0..<20 where try lab.vm.state == .running {
            _ = try? lab.host.perform(.write(records: 5_000), on: lab.machine)
        }
        #expect(try lab.vm.state == .pausedCritical)
    }

    @Test("HV-138: a machine waits for its storage so long, and is powered off then")
    func timeout() throws {
        var lab = try squeezed(to: .mebibytes(100)) { $0.criticalErrorTimeout = 10 }
        lab.host.advance(by: .seconds(599))
        #expect(try lab.vm.state == .pausedCritical)
        lab.host.advance(by: .seconds(2))
        #expect(try lab.vm.state == .off)
    }

    @Test("HV-138: a machine that is not to wait is powered off at once")
    func atOnce() throws {
        let lab = try squeezed(to: .mebibytes(100)) { $0.criticalErrorAction = Configuration.CriticalErrorAction.none }
        #expect(try lab.vm.state == .off)
    }

    @Test("HV-139: when there is room again in time, the machine goes on by itself", arguments: [true, false])
    func recovery(isFull: Bool) throws {
        var lab = try Lab()
        let boot = try lab.facts()[.bootID]
        lab.host.changeVolume("D:") { volume in
            if isFull { volume.capacity = volume.used } else { volume.isAvailable = false }
        }
        #expect(try lab.vm.state == .pausedCritical)
        lab.host.advance(by: .minutes(5))
        lab.host.changeVolume("D:") { volume in
            volume.capacity = .gibibytes(1_000)
            volume.isAvailable = true
        }
        #expect(try lab.vm.state == .running)
        lab.host.advance(by: .hours(1))
        #expect(try lab.facts()[.bootID] == boot)
        try lab.write(5)
        #expect(try lab.facts()[.power] == "on")
    }

    @Test("a machine that is off or saved is critical only while its storage is away", arguments: [true, false])
    func asleep(isSaved: Bool) throws {
        var lab = try Lab()
        if isSaved { try lab.save() } else { try lab.stop() }
        lab.host.changeVolume("D:") { $0.capacity = $0.used }
        #expect(try !lab.vm.state.isCritical)
        lab.host.changeVolume("D:") { volume in volume.isAvailable = false }
        #expect(try lab.vm.state == (isSaved ? .savedCritical : .offCritical))
        #expect(refusal { try lab.start() }?.id == .operationFailed)
        lab.host.changeVolume("D:") { volume in
            volume.capacity = .gibibytes(1_000)
            volume.isAvailable = true
        }
        try lab.start()
    }

    @Test("turning off works on a machine that waits for its storage")
    func turnOff() throws {
        var lab = try squeezed(to: .mebibytes(100))
        try lab.turnOff()
        #expect(try lab.vm.state == .off)
        lab.host.changeVolume("D:") { $0.capacity = .gibibytes(1_000) }
        try lab.start()
        #expect(try lab.facts()[.service] == "healthy")
    }
}
