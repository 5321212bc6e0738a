internal import Foundation
public import Hypervisor

extension LibvirtDriver {
    /// Removes everything that was made: domains, disks, snapshots; also when the task is being cancelled.
    public func removeEverything() async throws(Refusal) {
        let refusal = await evenWhenCancelled { await self.removeAll() }
        if let refusal { throw refusal }
    }

    /// What is still there: domains, files and processes of this lab, sorted.
    public func leftovers() async -> [String] {
        // Without a worker nobody can say which domains there are; their processes are found all the same.
        let domains = await evenWhenCancelled { (try? await self.labDomains()) ?? [] }
        let files = Files.names(in: root.machines).flatMap { machine in
            Files.names(in: "\(root.machines)/\(machine)").map { "file \(root.machines)/\(machine)/\($0)" }
                + ["file \(root.machines)/\(machine)"]
        }
        return (domains.map { "domain \($0)" } + files + LabProcesses.machines(of: root).map { "process \($0)" })
            .sorted()
    }

    /// Removes one machine and everything that belongs to it.
    func remove(_ machine: MachineID) async throws(Refusal) {
        try await removeDomain(machine.rawValue)
        try Files.remove(root.machine(machine))
        machines[machine] = nil
        appliances.remove(machine)
        leaking.remove(machine)
    }

    /// Removes what a former lab left in this root, or takes it over.
    func settleLeftovers() async throws(Refusal) {
        guard settings.adoptsMachines else {
            if let refusal = await removeAll() { throw refusal }
            return
        }
        let domains = try await labDomains()
        for machine in store.machines {
            guard let record = try store.read(machine), try await isThere(record, among: domains) else {
                try await remove(machine)
                continue
            }
            machines[machine] = record
            if let number = machine.rawValue.split(separator: "-").last.flatMap({ Int($0) }) {
                nextMachine = max(nextMachine, number + 1)
            }
            try await recover(record)
        }
    }

    /// Whether there is still a domain for a machine, under its own name or under one that somebody gave it since.
    ///
    /// It was renamed while it was off and has kept its snapshots: it gets its name back, and keeps them. Rule: LV-053.
    private func isThere(_ record: MachineRecord, among domains: [String]) async throws(Refusal) -> Bool {
        if domains.contains(record.id.rawValue) { return true }
        for name in domains where try await text(.uuid(name)) == record.uuid {
            // A machine that runs has its name for as long as it does.
            if try await state(of: MachineID(rawValue: name)).isActive { try await destroy(name) }
            try await call(.rename(name, to: record.id.rawValue))
            return true
        }
        return false
    }

    /// The lab's domains; a daemon may have other people's, which are told by the paths of their disks.
    private func labDomains() async throws(Refusal) -> [String] {
        var names: [String] = []
        for name in try await texts(.domains) {
            do throws(Refusal) {
                let description = try await text(.describe(name, migratable: false))
                if description.contains("'\(root.path)/machines/") { names.append(name) }
            } catch {
                // It may have gone away in between.
                guard error.code == LibvirtError.Code.noDomain.name else { throw error }
            }
        }
        return names
    }

    private func removeAll() async -> Refusal? {
        faults = []
        var first: Refusal?
        do throws(Refusal) {
            try await ensureWorker()
            for name in try await labDomains() {
                do throws(Refusal) {
                    try await removeDomain(name)
                } catch {
                    first = first ?? error
                }
            }
            // A file that is in use stays, so that nothing runs without its disk.
            guard first == nil else { return first }
            for name in Files.names(in: root.machines) { try Files.remove("\(root.machines)/\(name)") }
        } catch {
            return first ?? error
        }
        machines = [:]
        appliances = []
        leaking = []
        return nil
    }

    private func removeDomain(_ name: String) async throws(Refusal) {
        do throws(Refusal) {
            if try await state(of: MachineID(rawValue: name)).isActive { try await destroy(name) }
            // Undefining a running domain makes it transient and loses its snapshots at power-off. Rule: LV-052.
            try await call(.undefine(name))
        } catch {
            guard error.code == LibvirtError.Code.noDomain.name else { throw error }  // It was never defined.
        }
        try Files.remove(agentSocket(of: MachineID(rawValue: name)))
    }
}

/// Looks for QEMU processes of a lab.
package enum LabProcesses {
    /// The process ids of the machines whose files lie under `root`, with their names.
    package static func machines(of root: LabRoot) -> [String] {
        Files.names(in: "/proc").compactMap(Int.init).sorted().compactMap { process in
            // A process may end while it is looked at.
            guard let bytes = try? Files.read("/proc/\(process)/cmdline") else { return nil }
            let arguments = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard let program = arguments.first, program.contains("qemu-system") else { return nil }
            guard arguments.contains(where: { $0.contains("\(root.path)/") }) else { return nil }
            return "\(process) \(program)"
        }
    }
}
