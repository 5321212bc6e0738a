internal import Foundation
public import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Looks at a machine: at what is on its disks, in its memory and in libvirt's books.
    public func facts(of machine: MachineID) async throws(Refusal) -> Facts {
        let record = try record(of: machine)
        let state = try await state(of: machine)
        var facts = try await contents(of: record, state)
        facts.merge(platformFacts(of: record, state))
        return facts
    }

    /// Has the appliance in the guest do something, and waits for its answer.
    public func perform(_ command: ApplianceCommand, on machine: MachineID) async throws(Refusal) -> ApplianceAnswer {
        let address = try record(of: machine).hardware.privateAddress
        let answer = try await appliance(of: machine).perform(command, address: address)
        journal.note(machine.rawValue, "appliance: \(command.word) -> \(answer.succeeded ? "done" : "failed")")
        return answer
    }

    /// What is on the disks, and while the guest answers what is in its memory.
    ///
    /// A running guest reads with its clean caches dropped; what a guest cannot say is read from the images.
    private func contents(of record: MachineRecord, _ state: DomainState) async throws(Refusal) -> Facts {
        guard appliances.contains(record.id) else { return Facts() }
        guard state.isActive else { return try await inspect(record) }
        if state == .running {
            do throws(Refusal) {
                return try await appliance(of: record.id).facts()
            } catch {
                guard error.isAboutAgent else { throw error }
                journal.note(record.id.rawValue, "\(error)")
            }
            // Images of a running machine change while they are read. Rule: LV-060.
            try await call(.suspend(record.id.rawValue))
        }
        let found: Result<Facts, Refusal>
        do throws(Refusal) {
            found = .success(try await inspect(record))
        } catch {
            found = .failure(error)
        }
        if state == .running {
            let refusal = await evenWhenCancelled { await self.resumed(record.id) }
            if let refusal { throw refusal }
        }
        var facts = try found.get()
        facts[.service] = .unreadable("the guest's agent does not answer")
        return facts
    }

    /// Lets a machine go on, and answers what stands in the way.
    func resumed(_ machine: MachineID) async -> Refusal? {
        do throws(Refusal) {
            try await call(.resume(machine.rawValue))
            return nil
        } catch {
            return error
        }
    }

    /// Reads the facts from the images on the host.
    private func inspect(_ record: MachineRecord) async throws(Refusal) -> Facts {
        let scratch = "\(root.path)/scratch/\(record.id)"
        try Files.makeFolder(scratch)
        var disks: [DiskRole: HostInspection.Source] = [:]
        var external: HostInspection.Source?
        for disk in record.disks {
            let source = HostInspection.Source(path: disk.path)
            if let role = disk.role { disks[role] = source } else { external = source }
        }
        do throws(Refusal) {
            let facts = try await HostInspection(scratch: scratch).facts(of: disks, external: external)
            try Files.remove(scratch)
            return facts
        } catch {
            try? Files.remove(scratch)  // Why the disks cannot be read is worth more.
            throw error
        }
    }

    private func platformFacts(of record: MachineRecord, _ state: DomainState) -> Facts {
        var facts: Facts = [
            .power: .text(state.isActive ? (state == .paused || state == .suspended ? "suspended" : "on") : "off"),
            .machine: .text(record.id.rawValue), .hardwareAddress: .text(record.hardware.hardwareAddress),
            .privateAddress: .text(record.hardware.privateAddress), .snapshots: .number(record.snapshots.count),
        ]
        for disk in record.disks {
            guard let role = disk.role else { continue }
            facts[.disk(role)] = .text((disk.path as NSString).lastPathComponent)
        }
        return facts
    }
}

extension ApplianceCommand {
    /// The command in a word or two.
    var word: String {
        String(describing: self).prefix { $0.isLetter }.description
    }
}
