import Hypervisor
import LabCore

/// A plain control plane for tests of what is above it: one guest of a few numbers, copied whole by a snapshot.
struct FakePlane: ControlPlane {
    static let platform = Platform.vsphere
    static let capabilities = Capabilities(
        missing: [.externalDatabase: Note("the fake has no outside", rule: "VMW-001")])
    static let explanations = [
        Explanation(
            .looseFiles, [.lost], "VMW-901", "What is in the page cache is not on the disk.", when: [.memory(false)]),
        Explanation(.bootID, [.changed, .lost], "VMW-902", "A machine without memory boots.", when: [.memory(false)]),
    ]

    /// What a snapshot copies; `loose` files beyond `looseOnDisk` are in the page cache alone.
    struct Guest: Hashable, Sendable {
        var records = 0
        var open = 0
        var loose = 0
        var looseOnDisk = 0
        var jobs = 0
        var version: String
        var schema: String
        var trouble: String?
        var inMaintenance = false
        var boot = 1
        var database = "clean"

        mutating func flush() { looseOnDisk = loose }

        mutating func losePower() {
            (open, jobs) = (0, 0)
            loose = looseOnDisk
        }
    }

    private(set) var now = Instant.start
    private var guest: Guest?
    private var isOn = false
    private var boots = 1
    private var keptSnapshots: [Kept] = []
    private var events: [Event] = []
    private var faults: [Fault] = []

    private struct Kept: Hashable, Sendable {
        var snapshot: Snapshot
        var guest: Guest
        var isOn: Bool
    }

    init(seed: UInt64) { now = Instant.start + .seconds(Int64(seed % 1_000)) }

    let machine = MachineID(rawValue: "vm-1")

    mutating func advance(by duration: Duration) { now = now + duration }
    mutating func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }

    mutating func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID {
        if spec.memory == .gibibytes(666) { throw Refusal(.lab, code: "NoRoom", message: "the lab has no such memory") }
        guest = Guest(version: spec.version, schema: spec.version)
        isOn = true
        tell("CreateVM_Task")
        return machine
    }

    mutating func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        let wanted = action == .on || action == .reboot
        guard isOn != wanted || action == .reboot else {
            throw Refusal(.refused, code: "InvalidPowerState", message: "it is so already", rule: "VMW-903")
        }
        if action == .shutDown { guest?.flush() }
        if isOn { stop() }
        isOn = wanted
        if wanted { boot() }
        tell("power \(action.rawValue)")
    }

    private mutating func stop() { guest?.losePower() }

    private mutating func boot() {
        boots += 1
        guest?.boot = boots
    }

    mutating func perform(_ command: ApplianceCommand, on machine: MachineID) throws(Refusal) -> ApplianceAnswer {
        guard isOn, var present = guest else {
            throw Refusal(.refused, code: "GuestNotRunning", message: "the guest does not run")
        }
        now = now + .seconds(1)
        var succeeded = true
        switch command {
        case .write(let records), .writeAsAdministrator(let records): present.records += records
        case .writeLooseFiles(let count): present.loose += count
        case .openTransaction(let records): present.open += records
        case .startJobs(let count): present.jobs += count
        case .drainJobs: present.jobs = 0
        case .maintenance(let isOn): present.inMaintenance = isOn
        case .upgrade(let version, let failure):
            present.version = version
            present.schema = failure == nil ? version : "mixed"
            present.trouble = failure.map { "the upgrade died in \($0.phase.rawValue)" }
            succeeded = failure == nil
            if failure?.cause == .powerLoss {
                guest = present
                stop()
                isOn = false
                return ApplianceAnswer(succeeded: false, output: ["the machine is gone"])
            }
        case .startService: succeeded = present.trouble == nil
        case .flush: present.looseOnDisk = present.loose
        case .stopService, .fillDisk, .applyConfiguration, .replication, .correctAddresses, .deleteStuckJobs, .status,
            .scheduleMaintenance, .promoteReplica, .pushAgain, .loseKey:
            break
        }
        guest = present
        tell("guest: \(command)")
        let status = ApplianceStatus(
            isHealthy: present.trouble == nil, version: present.version, schema: present.schema)
        return ApplianceAnswer(
            succeeded: succeeded, output: succeeded ? [] : [present.trouble ?? "no"], status: status)
    }

    mutating func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) { faults.append(fault) }

    func facts(of machine: MachineID) throws(Refusal) -> Facts {
        guard let guest else { throw Refusal(.lab, code: "NoMachine", message: "there is no machine") }
        var facts: Facts = [
            .power: isOn ? "on" : "off", .records: .number(guest.records), .data: .text("rows-\(guest.records)"),
            .version: .text(guest.version), .schema: .text(guest.schema), .program: .text("files-\(guest.version)"),
            .configuration: "settings", .looseFiles: .number(isOn ? guest.loose : guest.looseOnDisk),
            .database: .text(guest.database), .fileSystem(.root): "clean", .machine: .text(machine.rawValue),
            .snapshots: .number(keptSnapshots.count), .stuckJobs: 0,
        ]
        guard isOn else { return facts }
        facts.merge([
            .service: guest.trouble.map { .text("down: \($0)") } ?? "healthy", .bootID: .text("boot-\(guest.boot)"),
            .jobs: .number(guest.jobs), .openRecords: .number(guest.open), .maintenance: .flag(guest.inMaintenance),
        ])
        return facts
    }

    mutating func removeEverything() throws(Refusal) {
        guest = nil
        keptSnapshots = []
        tell("Destroy_Task")
    }
    var leftovers: [String] { (guest == nil ? [] : ["vm-1"]) + keptSnapshots.map(\.snapshot.id.rawValue) }

    mutating func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) throws(Refusal) -> Snapshot {
        guard var present = guest else { throw Refusal(.lab, code: "NoMachine", message: "there is no machine") }
        if request.method == "none" {
            throw Refusal(.unsupported, code: "NotSupported", message: "there is no such way", rule: "VMW-904")
        }
        if let fault = faults.popLast(), fault == .quiesceRefused || fault == .agentHangs {
            throw Refusal(
                .refused, code: "ApplicationQuiesceFault", message: "the guest did not freeze", rule: "VMW-905")
        }
        if !request.memory {
            present.loose = present.looseOnDisk
            present.open = 0
            present.jobs = 0
            present.database = isOn ? "replayed" : "clean"
        }
        let snapshot = Snapshot(
            id: Snapshot.ID(rawValue: "snapshot-\(keptSnapshots.count + 1)"), name: request.name, machine: machine,
            instant: now, disks: [.root, .data], holdsMemory: request.memory, isQuiesced: false, state: .ready,
            method: "CreateSnapshot_Task")
        keptSnapshots.append(Kept(snapshot: snapshot, guest: present, isOn: request.memory && isOn))
        tell("CreateSnapshot_Task -> \(snapshot.id)")
        return snapshot
    }

    func snapshots(of machine: MachineID) throws(Refusal) -> [Snapshot] { keptSnapshots.map(\.snapshot) }

    mutating func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport {
        guard let kept = keptSnapshots.first(where: { $0.snapshot.id == request.snapshot }) else {
            throw Refusal(.refused, code: "NotFound", message: "there is no such snapshot", rule: "VMW-906")
        }
        guest = kept.guest
        isOn = kept.isOn
        tell("RevertToSnapshot_Task")
        return RevertReport(
            machine: machine, method: "RevertToSnapshot_Task", leftRunning: isOn, notes: [Note("reverted in place")])
    }

    mutating func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) throws(Refusal) {
        keptSnapshots.removeAll { $0.snapshot.id == snapshot }
    }

    private mutating func tell(_ text: String) {
        events.append(Event(now, "vm-1", text))
        now = now + .milliseconds(500)
    }
}
