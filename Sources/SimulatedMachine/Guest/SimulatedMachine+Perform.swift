public import Hypervisor
public import LabCore

extension SimulatedMachine {
    /// Has the appliance do something; afterwards the machine is off when the power failed over it.
    ///
    /// - Throws: `isNotRunning`, `isFrozen`, and `refused` with the appliance's own sentence; nothing is changed then.
    /// - Returns: what the appliance said, and how long it took.
    public mutating func perform(
        _ command: ApplianceCommand, at now: Instant
    ) throws(GuestFault) -> (answer: ApplianceAnswer, elapsed: Duration) {
        if let answer = try answerOfReplica(to: command) { return (answer, Self.replicaPause) }
        guard power == .on, session != nil else { throw GuestFault(.isNotRunning) }
        if command != .status { try requireThawed() }
        advance(to: now)
        let start = clock
        var answer = try answer(to: command)
        answer.status = session == nil ? nil : status
        return (answer, clock - start)
    }

    private mutating func answer(to command: ApplianceCommand) throws(GuestFault) -> ApplianceAnswer {
        switch command {
        case .write(let count):
            try requireService(accepting: "writes")
            return push(records: count)
        case .writeAsAdministrator(let count):  // Rule: GHES-005. Maintenance mode is not asked.
            try requireService()
            return write(records: count)
        case .writeLooseFiles(let count): return writeLooseFiles(count)
        case .openTransaction(let count):
            try requireService(accepting: "writes")
            let first = tables?.nextKey(in: "records") ?? 0
            session?.openTransaction += (0..<count).map { .put(table: "records", key: first + $0, value: UInt64($0)) }
            return said("a transaction with \(count) records is open")
        case .startJobs(let count):
            try requireService(accepting: "jobs")
            return answer("\(count) jobs run") { machine throws(DatabaseFault) in try machine.startJobs(count) }
        case .drainJobs(let limit): return drainJobs(within: limit)
        case .maintenance(let isOn): return try setMaintenance(isOn)
        case .scheduleMaintenance(let lead): return try scheduleMaintenance(in: lead)
        case .upgrade(let version, let failure): return upgrade(to: version, failure: failure)
        case .startService:
            spend(.seconds(2))
            startService()
            return ApplianceAnswer(succeeded: session?.service == .healthy)
        case .stopService:
            spend(.seconds(1))
            stopService("stopped")
            return said("stopped")
        case .flush:
            spend(.milliseconds(100))
            writeEverythingBack()
            return said("flushed")
        case .fillDisk(let role, let leaving): return fill(role, leaving: leaving)
        case .applyConfiguration: return applyConfiguration()
        case .replication(let isOn): return try setReplication(isOn)
        case .promoteReplica: preconditionFailure("the replica answers that itself")
        case .pushAgain:
            try requireService(accepting: "writes")
            return pushAgain()
        case .loseKey(let count): return loseKey(of: count)
        case .correctAddresses:
            return answer("addresses corrected") { machine throws(DatabaseFault) in
                do throws(FileSystemFault) { try machine.correctAddresses() } catch { throw .fileSystem(error) }
            }
        case .deleteStuckJobs: return try deleteStuckJobs()
        case .status: return ApplianceAnswer(succeeded: true)
        }
    }

    /// Why the service is down; nothing while it is healthy.
    public var serviceTrouble: String? {
        guard let session else { return "the machine is off" }
        return if case .down(let why) = session.service { why } else { nil }
    }

    /// How the appliance says it is.
    var status: ApplianceStatus {
        ApplianceStatus(
            isHealthy: serviceTrouble == nil, trouble: serviceTrouble, version: programVersion ?? "unreadable",
            schema: schema ?? "unreadable", inMaintenance: isInMaintenance, jobs: session?.jobs.count ?? 0,
            stuckJobs: stuckJobs.count, records: tables?.count(of: "records") ?? 0)
    }

    func said(_ lines: String...) -> ApplianceAnswer { ApplianceAnswer(succeeded: true, output: lines) }

    mutating func answer(
        _ line: String, _ body: (inout SimulatedMachine) throws(DatabaseFault) -> Void
    ) -> ApplianceAnswer {
        do throws(DatabaseFault) {
            try body(&self)
            return said(line)
        } catch {
            return ApplianceAnswer(succeeded: false, output: ["\(error)"])
        }
    }

    /// Refuses what only a running service outside of maintenance accepts.
    private func requireService(accepting what: String) throws(GuestFault) {
        try requireService()
        guard isInMaintenance else { return }
        switch spec.appliance {
        case .gitHubEnterpriseServer:  // Rule: GHES-004.
            throw GuestFault(.refused("503 Service Unavailable: maintenance mode is set, no \(what)"), rule: "GHES-004")
        case .circleCIServices:
            guard settings.stopsIntake else { return }
            throw GuestFault(.refused("the intake is stopped, no \(what)"), rule: "CCI-016")
        case .generic: throw GuestFault(.refused("maintenance mode is set, no \(what)"))
        }
    }

    func requireService() throws(GuestFault) {
        if case .down(let why)? = session?.service { throw GuestFault(.refused("the service is down: \(why)")) }
    }

    mutating func write(records count: Int) -> ApplianceAnswer {
        let first = tables?.nextKey(in: "records") ?? 0
        let keys = Array(first..<first + count)
        return answer("\(count) records committed") { machine throws(DatabaseFault) in
            for start in stride(from: 0, to: count, by: 64) {
                let group = keys[start..<min(start + 64, count)]
                try machine.commit(group.map { key in [.put(table: "records", key: key, value: Self.value(of: key))] })
                machine.spend(.milliseconds(2 * group.count))
            }
        }
    }

    static func value(of key: Int) -> UInt64 {
        var hasher = StableHasher()
        hasher.combine("record")
        hasher.combine(key)
        return hasher.finalize()
    }

    private mutating func writeLooseFiles(_ count: Int) -> ApplianceAnswer {
        let first = looseFiles.last + 1
        return answer("\(count) loose files written, none of them flushed") { machine throws(DatabaseFault) in
            do throws(FileSystemFault) {
                try machine.storage.on(machine.dataRole) { fileSystem, drives throws(FileSystemFault) in
                    for number in first..<first + count {
                        let path = "\(GuestPath.loose)/\(number)"
                        let file = try fileSystem.create(path, in: &drives)
                        try fileSystem.write(Self.loosePages(number), length: Self.looseLength, to: file)
                    }
                }
            } catch {
                throw .fileSystem(error)
            }
            machine.spend(.milliseconds(10))
        }
    }

    private mutating func fill(_ role: DiskRole, leaving: ByteCount) -> ApplianceAnswer {
        answer("the \(role.rawValue) disk is filled") { machine throws(DatabaseFault) in
            do throws(FileSystemFault) {
                try machine.storage.on(role) { fileSystem, drives throws(FileSystemFault) in
                    try fileSystem.sync(to: &drives)
                    let blocks = Int((fileSystem.freeSpace.bytes - leaving.bytes) / Disk.blockSize.bytes)
                    guard blocks > 0 else { return }
                    var number = 1
                    while try fileSystem.exists("/filler-\(number)", in: drives) { number += 1 }
                    try fileSystem.preallocate(blocks, for: "/filler-\(number)", in: &drives)
                    try fileSystem.fsync("/filler-\(number)", to: &drives)
                }
            } catch {
                throw .fileSystem(error)
            }
            machine.spend(.seconds(1))
        }
    }

    /// Waits until no job runs; maintenance does not stop them.
    ///
    /// Rule: GHES-006.
    private mutating func drainJobs(within limit: Duration) -> ApplianceAnswer {
        let end = clock + limit
        while let due = session?.nextDue, due <= end { advance(to: due) }
        if let count = session?.jobs.count, count > 0 {
            advance(to: end)
            return ApplianceAnswer(succeeded: false, output: ["\(count) jobs still run"])
        }
        if isInMaintenance {
            spend(.seconds(30))
            comeToRest()
        }
        return said("no job runs")
    }

    /// Deletes the rows of jobs that nobody runs.
    ///
    /// Rule: CCI-014.
    private mutating func deleteStuckJobs() throws(GuestFault) -> ApplianceAnswer {
        if spec.appliance == .circleCIServices, let session, clock < session.bootedAt + plan.bootDuration + .seconds(30)
        {
            throw GuestFault(.refused("the console has no prompt yet"), rule: "CCI-014")
        }
        try requireService()
        let keys = stuckJobs
        return answer("\(keys.count) jobs deleted") { machine throws(DatabaseFault) in
            try machine.commit(keys.map { [.remove(table: "jobs", key: $0)] })
            machine.spend(.seconds(1))
        }
    }
}
