import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

/// How a verb ended, for comparison in tables.
enum Ending: Hashable, CustomStringConvertible {
    case success
    case call(String, RuleID?)
    case task(String, RuleID?)

    var description: String {
        switch self {
        case .success: "success"
        case .call(let name, let rule): "\(name) of the call (\(rule?.rawValue ?? "no rule"))"
        case .task(let name, let rule): "\(name) of the task (\(rule?.rawValue ?? "no rule"))"
        }
    }
}

typealias Start = (inout VSphere) throws(MethodFault) -> Moref<TaskInfo>

/// A server with one machine, whose third disk the tests write to themselves.
struct Lab {
    var plane: VSphere
    let vm: Moref<VirtualMachine>
    /// The disk that tests write to; no appliance knows it.
    static let scratch = 2002

    static let spec = MachineSpec(
        name: "web", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .mebibytes(256)), DiskSpec(role: .data, size: .mebibytes(256))],
        memory: .mebibytes(512))

    init(_ settings: VSphere.Settings = VSphere.Settings(), seed: UInt64 = 7, isOn: Bool = false) throws {
        plane = VSphere(seed: seed, settings: settings)
        vm = try plane.createVM(Self.spec, contents: SimulatedMachine.installedDisks(for: Self.spec, seed: seed))
        let vm = vm
        try expectSuccess { (plane) throws(MethodFault) in
            try plane.reconfigureVM(vm, ConfigSpec(devices: [.addDisk(size: .mebibytes(64))]))
        }
        if isOn { try powerOn() }
    }

    /// The machine as it is.
    var machine: VirtualMachine { get throws { try plane.virtualMachine(vm) } }
    var power: PowerState { get throws { try machine.power.state } }
    var current: Moref<VirtualMachineSnapshot>? { get throws { try machine.tree.current } }

    /// Starts a task, waits for its end and says how it ended.
    mutating func end(_ start: Start) -> Ending {
        do throws(MethodFault) {
            let info = try plane.wait(for: try start(&plane))
            return info.error.map { .task($0.name, $0.rule) } ?? .success
        } catch {
            return .call(error.name, error.rule)
        }
    }

    /// Starts a task and waits for its success.
    @discardableResult
    mutating func expectSuccess(
        sourceLocation: SourceLocation = #_sourceLocation, _ start: Start
    ) throws -> TaskInfo {
        let info = try plane.wait(for: try start(&plane))
        #expect(info.error == nil, sourceLocation: sourceLocation)
        return info
    }

    mutating func powerOn() throws {
        let vm = vm
        try expectSuccess { (plane) throws(MethodFault) in try plane.powerOnVM(vm) }
        plane.waitUntilReady(vm)
    }
    mutating func powerOff() throws {
        let vm = vm
        try expectSuccess { (plane) throws(MethodFault) in try plane.powerOffVM(vm) }
    }
    mutating func suspend() throws {
        let vm = vm
        try expectSuccess { (plane) throws(MethodFault) in try plane.suspendVM(vm) }
    }

    /// Brings the machine into a power state from off.
    mutating func bring(to state: PowerState) throws {
        if state != .poweredOff { try powerOn() }
        if state == .suspended { try suspend() }
    }

    mutating func create(
        _ name: String = "before", memory: Bool = false, quiesce: Bool = false, timeout: Int? = nil
    ) -> Ending {
        let vm = vm
        let spec = SnapshotSpec(name: name, memory: memory, quiesce: quiesce, quiesceTimeout: timeout)
        return end { (plane) throws(MethodFault) in try plane.createSnapshot(spec, of: vm) }
    }

    /// Creates a snapshot and returns it.
    @discardableResult
    mutating func snapshot(
        _ name: String = "before", memory: Bool = false, quiesce: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Moref<VirtualMachineSnapshot> {
        let vm = vm
        let spec = SnapshotSpec(name: name, memory: memory, quiesce: quiesce)
        let info = try expectSuccess(sourceLocation: sourceLocation) { (plane) throws(MethodFault) in
            try plane.createSnapshot(spec, of: vm)
        }
        guard case .snapshot(let id) = info.result else { throw MethodFault(.notFound) }
        return id
    }

    /// Creates a snapshot and returns what the server keeps of it.
    mutating func taken(
        memory: Bool = false, quiesce: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> VirtualMachineSnapshot {
        let id = try snapshot(memory: memory, quiesce: quiesce, sourceLocation: sourceLocation)
        return try snapshotValue(id)
    }

    mutating func revert(_ id: Moref<VirtualMachineSnapshot>, suppressPowerOn: Bool? = nil) -> Ending {
        end { (plane) throws(MethodFault) in try plane.revertToSnapshot(id, suppressPowerOn: suppressPowerOn) }
    }

    mutating func remove(
        _ id: Moref<VirtualMachineSnapshot>, children: Bool = false, consolidate: Bool? = nil
    ) -> Ending {
        end { (plane) throws(MethodFault) in
            try plane.removeSnapshot(id, removeChildren: children, consolidate: consolidate)
        }
    }

    mutating func change(_ devices: DeviceChange...) -> Ending {
        let (vm, devices) = (vm, devices)
        return end { (plane) throws(MethodFault) in try plane.reconfigureVM(vm, ConfigSpec(devices: devices)) }
    }

    mutating func configure(_ edit: (inout ConfigSpec) -> Void) -> Ending {
        var spec = ConfigSpec()
        edit(&spec)
        let vm = vm
        return end { (plane) throws(MethodFault) in try plane.reconfigureVM(vm, spec) }
    }

    /// Writes a number into a block of the scratch disk.
    mutating func write(_ value: UInt64, to block: Int = 0) throws {
        try plane.writeDisk(Self.scratch, of: vm) { $0[block] = Block(token: value) }
    }

    /// Reads it back.
    func read(_ block: Int = 0) -> Block? { plane.content(of: Self.scratch, in: vm)?[block] }

    func snapshotValue(_ id: Moref<VirtualMachineSnapshot>) throws -> VirtualMachineSnapshot {
        try plane.snapshot(id).snapshot
    }
}

extension Block {
    static func of(_ value: UInt64) -> Block { Block(token: value) }
}
