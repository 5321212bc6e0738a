import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Changing a machine that has snapshots")
struct ChangeMachineTests {
    @Test("VMW-110: a disk with a parent cannot be extended")
    func parents() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        let task = try lab.plane.reconfigureVM(lab.vm, ConfigSpec(devices: [.resizeDisk(key: 2000, to: .gibibytes(1))]))
        let fault = try #require(try lab.plane.wait(for: task).error)
        #expect(fault.rule == "VMW-110")
        #expect(fault.message == "Invalid operation for device '0'. Disks with parents cannot be expanded.")
        #expect(lab.remove(id) == .success)
        #expect(lab.change(.resizeDisk(key: 2000, to: .gibibytes(1))) == .success)
        #expect(lab.plane.content(of: 2000, in: lab.vm)?.size == .gibibytes(1))
    }

    @Test("VMW-111: a disk in a chain cannot be extended while the machine runs")
    func hot() throws {
        var lab = try Lab(isOn: true)
        let id = try lab.snapshot()
        #expect(
            lab.change(.resizeDisk(key: Lab.scratch, to: .gibibytes(1))) == .task("GenericVmConfigFault", "VMW-111"))
        #expect(lab.remove(id) == .success)
        #expect(lab.change(.resizeDisk(key: Lab.scratch, to: .gibibytes(1))) == .success)
    }

    @Test("VMW-112: a disk never shrinks")
    func shrink() throws {
        var lab = try Lab()
        #expect(lab.change(.resizeDisk(key: 2000, to: .mebibytes(128))) == .task("InvalidDeviceSpec", "VMW-112"))
        #expect(try lab.machine.config.disks[0].capacity == .mebibytes(256))
    }

    @Test("VMW-113: a disk that was added after the snapshot can be extended and removed with its file")
    func addedLater() throws {
        var lab = try Lab()
        try lab.snapshot()
        #expect(lab.change(.addDisk(size: .mebibytes(64))) == .success)
        let path = try lab.machine.config.disks[3].path
        #expect(lab.change(.resizeDisk(key: 2003, to: .mebibytes(128))) == .success)
        #expect(lab.plane.store.content(of: path)?.size == .mebibytes(128))
        #expect(lab.change(.removeDisk(key: 2003, destroyFile: true)) == .success)
        #expect(lab.plane.store[path] == nil)
    }

    @Test(
        "VMW-114: a disk that a snapshot refers to leaves the machine and its base files stay, or it is refused",
        arguments: [true, false])
    func referenced(allowed: Bool) throws {
        var settings = VSphere.Settings()
        if !allowed { settings.inferred.referencedDiskCanBeRemoved = false }
        var lab = try Lab(settings)
        try lab.write(1)
        let id = try lab.snapshot()
        let base = try lab.snapshotValue(id).config.disks[2].path
        let ending = lab.change(.removeDisk(key: Lab.scratch, destroyFile: true))
        #expect(ending == (allowed ? .success : .task("InvalidDeviceOperation", "VMW-114")))
        #expect(try lab.machine.config.disks.count == (allowed ? 2 : 3))
        #expect(lab.plane.store[base] != nil)
        #expect(lab.revert(id) == .success)
        #expect(lab.read() == .of(1))
    }

    @Test("VMW-115: the mode cannot change to or from independent while there are snapshots", arguments: [false, true])
    func mode(allowed: Bool) throws {
        var settings = VSphere.Settings()
        if allowed { settings.inferred.modeChangesWithSnapshots = true }
        var lab = try Lab(settings)
        let id = try lab.snapshot()
        let change = DeviceChange.setDiskMode(key: Lab.scratch, .independentPersistent)
        #expect(lab.change(change) == (allowed ? .success : .task("InvalidDeviceSpec", "VMW-115")))
        guard !allowed else { return }
        #expect(lab.remove(id) == .success)
        #expect(lab.change(change) == .success)
    }

    @Test(
        "VMW-116: a controller with bus sharing cannot be added, on no retry",
        arguments: [VirtualController.Sharing.physicalSharing, .virtualSharing])
    func controller(sharing: VirtualController.Sharing) throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        for _ in 0..<2 {
            #expect(lab.change(.addController(sharing)) == .task("SharedBusControllerNotSupported", "VMW-116"))
        }
        #expect(lab.change(.addController(.notShared)) == .success)
        #expect(lab.remove(id) == .success)
        #expect(lab.change(.addController(sharing)) == .success)
    }

    @Test("VMW-117: processors, memory, interfaces and remarks can change, and a revert undoes it")
    func undone() throws {
        var lab = try Lab()
        let id = try lab.snapshot()
        let ending = lab.configure { spec in
            spec.numCPUs = 4
            spec.memory = .gibibytes(2)
            spec.annotation = "upgraded"
            spec.extraConfig["answer"] = "42"
            spec.devices = [.addNIC(network: "backup")]
        }
        #expect(ending == .success)
        let changed = try lab.machine.config
        #expect(changed.numCPUs == 4 && changed.memory == .gibibytes(2) && changed.nics.count == 2)
        #expect(lab.revert(id) == .success)
        let config = try lab.machine.config
        #expect(config.numCPUs == 2 && config.memory == .mebibytes(512) && config.nics.count == 1)
        #expect(config.annotation.isEmpty && config.extraConfig.isEmpty)
    }

    @Test("VMW-118: the hardware version can be raised with snapshots, and a revert brings the old one back")
    func hardware() throws {
        var lab = try Lab()
        let (id, vm) = (try lab.snapshot(), lab.vm)
        try lab.expectSuccess { (plane) throws(MethodFault) in try plane.upgradeVM(vm, to: "vmx-21") }
        #expect(try lab.machine.config.hardwareVersion == "vmx-21")
        #expect(lab.revert(id) == .success)
        #expect(try lab.machine.config.hardwareVersion == "vmx-19")
    }

    @Test("VMW-119: a stale changeVersion is a conflict, and a revert makes every older one stale")
    func stale() throws {
        var lab = try Lab()
        let read = try lab.machine.config.changeVersion
        #expect(lab.configure { $0.changeVersion = read } == .success)
        #expect(lab.configure { $0.changeVersion = read } == .task("ConcurrentAccess", "VMW-119"))
        let id = try lab.snapshot()
        let fresh = try lab.machine.config.changeVersion
        #expect(lab.revert(id) == .success)
        #expect(lab.configure { $0.changeVersion = fresh } == .task("ConcurrentAccess", "VMW-119"))
    }

    @Test(
        "VMW-120: what rewrites disks needs a machine that is off and without snapshots, another key a chain of them",
        arguments: [
            (.decrypt, false, 0, .success), (.deepRecrypt(key: "new"), false, 0, .success),
            (.shallowRecrypt(key: "new"), false, 0, .success), (.shallowRecrypt(key: "new"), true, 1, .success),
            (.decrypt, true, 0, .task("InvalidPowerState", "VMW-120")),
            (.deepRecrypt(key: "new"), true, 0, .task("InvalidPowerState", "VMW-120")),
            (.decrypt, false, 1, .task("InvalidState", "VMW-120")),
            (.deepRecrypt(key: "new"), false, 1, .task("InvalidState", "VMW-120")),
            (.shallowRecrypt(key: "new"), false, 2, .task("InvalidState", "VMW-120")),
            (.encrypt(key: "new"), false, 0, .task("InvalidState", "VMW-120")),
        ] as [(EncryptionChange, Bool, Int, Ending)])
    func encryption(change: EncryptionChange, isOn: Bool, branches: Int, ending: Ending) throws {
        var lab = try Lab()
        #expect(lab.configure { $0.encryption = .encrypt(key: "old") } == .success)
        if branches > 0 {
            let first = try lab.snapshot("first")
            for number in 1...branches {
                try lab.snapshot("branch \(number)")
                if number < branches { #expect(lab.revert(first) == .success) }
            }
        }
        if isOn { try lab.powerOn() }
        #expect(lab.configure { $0.encryption = change } == ending)
        let key = try lab.machine.config.encryptionKey
        #expect(key == (ending != .success ? "old" : change == .decrypt ? nil : "new"))
        #expect(try lab.machine.snapshots.values.allSatisfy { $0.config.encryptionKey == key })
    }

    @Test(
        "VMW-121: the snapshot mode of persistent memory cannot change while there are snapshots",
        arguments: [false, true])
    func persistentMemory(allowed: Bool) throws {
        var settings = VSphere.Settings()
        if allowed { settings.inferred.persistentMemoryModeChangesWithSnapshots = true }
        var lab = try Lab(settings)
        #expect(lab.configure { $0.persistentMemorySnapshotMode = "independent_persistent" } == .success)
        try lab.snapshot()
        let ending = lab.configure { $0.persistentMemorySnapshotMode = "independent_eraseonrevert" }
        #expect(ending == (allowed ? .success : .task("InvalidVmConfig", "VMW-121")))
    }

    @Test("a refused change of several devices changes none of them")
    func allOrNothing() throws {
        var lab = try Lab()
        let before = (try lab.machine.config, lab.plane.store)
        #expect(
            lab.change(.addDisk(size: .mebibytes(64)), .resizeDisk(key: 99, to: .gibibytes(1)))
                == .task("InvalidDeviceSpec", nil))
        let isSame = try lab.machine.config == before.0 && lab.plane.store == before.1
        #expect(isSame)
    }
}
