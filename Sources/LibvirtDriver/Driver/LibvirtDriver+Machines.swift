internal import Foundation
public import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Makes a machine and boots it until its appliance is healthy.
    public func makeMachine(_ spec: MachineSpec) async throws(Refusal) -> MachineID {
        try spec.requireUsualDisks()
        let guest = try await images.prepare(.debian(GuestRecipe(for: spec)), progress: settings.progress)
        return try await makeMachine(spec, guest: guest, hasAppliance: true)
    }

    /// Makes a machine of a guest that was built.
    ///
    /// - Parameters:
    ///   - spec: what was asked for.
    ///   - guest: what the machine boots.
    ///   - hasAppliance: whether to wait until an appliance is healthy, not the agent alone.
    /// - Throws: a refusal; nothing of the machine is left then.
    /// - Returns: the name of the domain.
    package func makeMachine(
        _ spec: MachineSpec, guest: GuestImage, hasAppliance: Bool
    ) async throws(Refusal) -> MachineID {
        let id = takeMachineID()
        let record = try await newRecord(id, of: spec, guest: guest, folder: root.machine(id))
        do throws(Refusal) {
            try Files.makeFolder(root.machine(id))
            try keep(record)
            if hasAppliance { appliances.insert(id) }
            // Rule: LV-072. A machine whose firmware keeps variables cannot be saved into its own disks, to start from.
            if settings.startsWarm, record.variables == nil {
                try await startWarm(record, guest: guest)
            } else {
                try await startCold(record, guest: guest)
            }
            // An appliance that is handed over was installed long ago: what its first start wrote is on its disks.
            if hasAppliance { try await flush(id) }
            return id
        } catch {
            // Half a machine is of no use to anybody; why it came to nothing is worth more than trouble with removing it.
            await evenWhenCancelled { try? await self.remove(id) }
            throw error
        }
    }

    /// Has a guest write its caches to its disks; by its static program, which starts in no time.
    private func flush(_ machine: MachineID) async throws(Refusal) {
        let ended = try await run(GuestProgram("/usr/lib/belay/busybox", ["sync"]), on: machine)
        guard ended.exitCode == 0 else {
            throw Refusal(.failed, code: "NotFlushed", message: "the guest did not flush: \(ended.errorOutput)")
        }
    }

    private func newRecord(
        _ id: MachineID, of spec: MachineSpec, guest: GuestImage, folder: String
    ) async throws(Refusal) -> MachineRecord {
        let acceleration = try await decideAcceleration()
        return MachineRecord(
            id: id, uuid: try newIdentifier(), spec: spec,
            hardware: Hardware(guest, acceleration, settings.firmware),
            disks: guest.disks.enumerated().map { index, disk in
                let target = "vd" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
                return MachineDisk(target: target, role: disk.use.role, path: "\(folder)/\(target).qcow2")
            }, variables: settings.firmware.map { _ in "\(folder)/variables" })
    }

    /// The description that a machine would have whose files are elsewhere, for those who give it to libvirt themselves.
    package func description(
        of spec: MachineSpec, guest: GuestImage, name: String, folder: String
    ) async throws(Refusal) -> String {
        let record = try await newRecord(MachineID(rawValue: name), of: spec, guest: guest, folder: folder)
        return DomainXML.domain(of: record, agentSocket: "\(folder)/agent")
    }

    /// Takes a name that no machine of the lab has had.
    func takeMachineID() -> MachineID {
        defer { nextMachine += 1 }
        return MachineID(rawValue: "belay-\(root.number)-\(nextMachine)")
    }

    /// Boots a new machine from the guest's images.
    func startCold(
        _ record: MachineRecord, guest: GuestImage, limit: Duration? = nil
    ) async throws(Refusal) {
        for (disk, image) in zip(record.disks, guest.disks) {
            try await DiskImage.createOverlay(disk.path, over: image.path, format: "raw")
        }
        if let firmware = record.hardware.firmware, let variables = record.variables {
            try await Firmware.copy(firmware.variables, to: variables)
        }
        try await define(record)
        try await boot(record.id, limit: limit)
    }

    /// Gives libvirt the description of a machine as it is now.
    func define(_ record: MachineRecord) async throws(Refusal) {
        let socket = agentSocket(of: record.id)
        try Files.makeFolder((socket as NSString).deletingLastPathComponent)
        try await call(.define(xml: DomainXML.domain(of: record, agentSocket: socket)))
    }

    /// Starts a machine and waits until its appliance is healthy or has given up.
    func boot(_ machine: MachineID, limit: Duration? = nil) async throws(Refusal) {
        try await call(.start(machine.rawValue))
        try await waitForAgent(of: machine, limit: limit)
        guard appliances.contains(machine) else { return }
        _ = try await appliance(of: machine).waitUntilStarted()
    }

    /// The hand on the appliance in a machine.
    func appliance(of machine: MachineID) -> GuestAppliance {
        GuestAppliance(images: images) { [self] program throws(Refusal) in
            try await run(program, on: machine)
        } cutPower: { [self] () throws(Refusal) in
            try await destroy(machine.rawValue)
        }
    }

    /// The socket to a guest's agent; in a folder of its own, so that its path stays short.
    func agentSocket(of machine: MachineID) -> String { "\(root.path)/agents/\(machine)" }

    /// An identifier that no other domain has.
    func newIdentifier() throws(Refusal) -> String {
        let contents = try Files.read("/proc/sys/kernel/random/uuid")
        return String(decoding: contents, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension Hardware {
    fileprivate init(_ guest: GuestImage, _ acceleration: Acceleration, _ firmware: Firmware?) {
        self.init(
            kernel: firmware == nil ? guest.kernel : guest.packedKernel,
            initialFileSystem: guest.initialFileSystem,
            commandLine: guest.commandLine,
            memory: Int(guest.memory.bytes >> 20), acceleration: acceleration, firmware: firmware)
    }
}

extension GuestDisk.Use {
    /// The role of a disk of the machine.
    var role: DiskRole? {
        switch self {
        case .machine(let role): role
        case .external: nil
        }
    }
}
