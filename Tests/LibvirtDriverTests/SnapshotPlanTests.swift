import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension MachineRecord {
    /// A machine with a root and a data disk, and with snapshots of these names and kind.
    static func example(
        formats: [MachineDisk.Format] = [.qcow2, .qcow2], external: Bool = false, names: [String] = [],
        kind: SnapshotKind = .internal
    ) -> MachineRecord {
        let roles: [DiskRole] = [.root, .data]
        var disks = zip(roles, formats).enumerated().map { index, pair in
            MachineDisk(target: index == 0 ? "vda" : "vdb", role: pair.0, path: "/lab/\(pair.0)", format: pair.1)
        }
        if external { disks.append(MachineDisk(target: "vdc", role: nil, path: "/lab/external")) }
        let spec = MachineSpec(
            name: "example", appliance: .generic, version: "1.0",
            disks: roles.map { DiskSpec(role: $0, size: .mebibytes(64)) }, memory: .mebibytes(256))
        var record = MachineRecord(
            id: MachineID(rawValue: "belay-1-1"), uuid: "0", spec: spec,
            hardware: Hardware(
                kernel: "/k", initialFileSystem: "/i", commandLine: "quiet", memory: 256, acceleration: .tcg),
            disks: disks)
        record.snapshots = names.map { name in
            SnapshotRecord(
                snapshot: Snapshot(
                    id: Snapshot.ID(rawValue: name), name: name, machine: record.id, instant: .start, disks: roles,
                    holdsMemory: false, isQuiesced: false, state: .ready, method: kind.rawValue),
                kind: kind)
        }
        return record
    }
}

@Suite struct `The plan of a snapshot` {
    /// What the test asks for, and what must come of it.
    struct Row: Sendable, CustomTestStringConvertible {
        var request: SnapshotRequest
        var state: DomainState
        var kind: SnapshotKind
        var memory: Bool
        var quiesce: SnapshotRequest.Quiesce

        init(
            _ request: SnapshotRequest, _ state: DomainState, _ kind: SnapshotKind, memory: Bool = false,
            quiesce: SnapshotRequest.Quiesce = .off
        ) {
            self.request = request
            self.state = state
            self.kind = kind
            self.memory = memory
            self.quiesce = quiesce
        }

        var testDescription: String { "\(request) while \(state)" }
    }

    @Test(
        "the usual way of each request, in each state",
        arguments: [
            Row(SnapshotRequest(name: "s"), .running, .external),
            Row(SnapshotRequest(name: "s"), .paused, .external),
            Row(SnapshotRequest(name: "s"), .shutOff, .internal),
            Row(SnapshotRequest(name: "s", memory: true), .running, .internal, memory: true),
            Row(SnapshotRequest(name: "s", memory: true), .paused, .internal, memory: true),
            Row(SnapshotRequest(name: "s", memory: true, method: "external"), .running, .external, memory: true),
            Row(SnapshotRequest(name: "s", quiesce: .preferred), .running, .external, quiesce: .preferred),
            Row(SnapshotRequest(name: "s", quiesce: .required), .running, .external, quiesce: .required),
            Row(SnapshotRequest(name: "s", method: "external-quiesced"), .running, .external, quiesce: .required),
            Row(SnapshotRequest(name: "s", scope: .disks([.data])), .running, .external),
            Row(SnapshotRequest(name: "s", scope: .disks([.data])), .shutOff, .external),
            Row(SnapshotRequest(name: "s", scope: .disksInSuccession([.root, .data])), .running, .external),
            Row(SnapshotRequest(name: "s", method: "external"), .shutOff, .external),
        ])
    func usual(row: Row) throws {
        let plan = try SnapshotPlan(row.request, of: .example(), in: row.state)
        #expect(plan.kind == row.kind)
        #expect(plan.memory == row.memory)
        #expect(plan.quiesce == row.quiesce)
    }

    @Test func `disks in succession are taken one after the other, others together`() throws {
        let both: [DiskRole] = [.data, .root]
        let together = SnapshotRequest(name: "s", scope: .disks(both))
        let apart = SnapshotRequest(name: "s", scope: .disksInSuccession(both))
        #expect(try SnapshotPlan(together, of: .example(), in: .running).groups == [["vda", "vdb"]])
        #expect(try SnapshotPlan(apart, of: .example(), in: .running).groups == [["vda"], ["vdb"]])
    }

    @Test func `the disk of a database outside the machine is never taken along`() throws {
        let record = MachineRecord.example(external: true)
        for request in [SnapshotRequest(name: "s"), SnapshotRequest(name: "s", memory: true)] {
            let plan = try SnapshotPlan(request, of: record, in: .running)
            #expect(plan.kind == .external)
            #expect(plan.groups == [["vda", "vdb"]])
        }
    }

    private func rule(
        refusing request: SnapshotRequest, of record: MachineRecord = .example(), in state: DomainState = .running,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> RuleID? {
        try #require(throws: Refusal.self, sourceLocation: sourceLocation) {
            try SnapshotPlan(request, of: record, in: state)
        }.rule
    }

    @Test("LV-001: an internal snapshot needs every writable disk in qcow2")
    func rawDisk() throws {
        let record = MachineRecord.example(formats: [.qcow2, .raw])
        #expect(
            try rule(refusing: SnapshotRequest(name: "s", memory: true, method: "internal"), of: record) == "LV-001")
        #expect(try SnapshotPlan(SnapshotRequest(name: "s", memory: true), of: record, in: .running).kind == .external)
    }

    @Test func `of a machine whose firmware keeps variables all snapshots are external`() throws {
        var record = MachineRecord.example()
        record.variables = "/lab/variables"
        let whole = SnapshotRequest(name: "s", memory: true)
        #expect(try SnapshotPlan(whole, of: record, in: .running).kind == .external)
        #expect(try SnapshotPlan(SnapshotRequest(name: "s"), of: record, in: .shutOff).kind == .external)
        let inside = SnapshotRequest(name: "s", memory: true, method: "internal")
        #expect(try rule(refusing: inside, of: record) == "LV-072")
    }

    @Test("LV-002: an internal snapshot takes all writable disks")
    func someDisks() throws {
        let request = SnapshotRequest(name: "s", scope: .disks([.data]), method: "internal")
        #expect(try rule(refusing: request, in: .shutOff) == "LV-002")
        let whole = SnapshotRequest(name: "s", memory: true, method: "internal")
        #expect(try rule(refusing: whole, of: .example(external: true)) == "LV-002")
    }

    @Test("LV-007: an internal snapshot of a running machine includes its memory")
    func internalWithoutMemory() throws {
        #expect(try rule(refusing: SnapshotRequest(name: "s", method: "internal")) == "LV-007")
        let plan = try SnapshotPlan(SnapshotRequest(name: "s"), of: .example(names: ["first"]), in: .running)
        #expect(plan.memory, "where the kind is settled, memory is held and the report says so")
        #expect(plan.notes.map(\.rule) == ["LV-007"])
    }

    @Test("LV-009: the memory of a machine that is off cannot be saved", arguments: [nil, "internal", "external"])
    func memoryOfNothing(method: String?) throws {
        #expect(try rule(refusing: SnapshotRequest(name: "s", memory: true, method: method), in: .shutOff) == "LV-009")
    }

    @Test func `memory is held with all disks of one instant or not at all`() {
        for scope in [SnapshotRequest.Scope.disks([.data]), .disksInSuccession([.root, .data])] {
            #expect(throws: Refusal.self) {
                try SnapshotPlan(SnapshotRequest(name: "s", scope: scope, memory: true), of: .example(), in: .running)
            }
        }
    }

    @Test("LV-010: a snapshot of no disk is refused")
    func noDisk() throws {
        #expect(try rule(refusing: SnapshotRequest(name: "s", scope: .disks([]))) == "LV-010")
    }

    @Test("LV-011: memory without any disk is not a snapshot of anything")
    func memoryAlone() throws {
        let request = SnapshotRequest(name: "s", scope: .disks([]), memory: true, method: "external")
        #expect(try rule(refusing: request) == "LV-011")
    }

    @Test("LV-014: names hold no slash and do not begin with a dot", arguments: ["a/b", "/", ".hidden"])
    func badNames(name: String) throws {
        #expect(try rule(refusing: SnapshotRequest(name: name)) == "LV-014")
    }

    @Test("LV-015: a snapshot is always named")
    func noName() throws { #expect(try rule(refusing: SnapshotRequest(name: "")) == "LV-015") }

    @Test("LV-016: a name is taken once", arguments: [SnapshotKind.internal, .external])
    func sameName(kind: SnapshotKind) throws {
        let record = MachineRecord.example(names: ["first", "second"], kind: kind)
        #expect(try rule(refusing: SnapshotRequest(name: "second", memory: true), of: record) == "LV-016")
    }

    @Test("LV-019: a disk that the machine has not is refused")
    func unknownDisk() throws {
        var record = MachineRecord.example()
        record.disks.removeLast()
        #expect(try rule(refusing: SnapshotRequest(name: "s", scope: .disks([.data])), of: record) == "LV-019")
    }

    @Test("LV-021: only disks alone can be quiesced")
    func quiescedMemory() throws {
        #expect(try rule(refusing: SnapshotRequest(name: "s", memory: true, quiesce: .required)) == "LV-021")
        let preferred = SnapshotRequest(name: "s", memory: true, quiesce: .preferred)
        let plan = try SnapshotPlan(preferred, of: .example(), in: .running)
        #expect(plan.quiesce == .off)
        #expect(plan.notes.map(\.rule) == ["LV-021"])
    }

    @Test(
        "LV-022: a machine that is off needs no quiescing", arguments: [SnapshotRequest.Quiesce.preferred, .required])
    func quiescedOff(quiesce: SnapshotRequest.Quiesce) throws {
        let plan = try SnapshotPlan(SnapshotRequest(name: "s", quiesce: quiesce), of: .example(), in: .shutOff)
        #expect(plan.quiesce == .off)
        #expect(plan.notes.map(\.rule) == ["LV-022"])
        #expect(plan.method(quiesced: false) == "internal")
    }

    @Test("LV-023: a paused machine cannot be quiesced")
    func quiescedPaused() throws {
        #expect(try rule(refusing: SnapshotRequest(name: "s", quiesce: .required), in: .paused) == "LV-023")
        let preferred = SnapshotRequest(name: "s", quiesce: .preferred)
        #expect(try SnapshotPlan(preferred, of: .example(), in: .paused).notes.map(\.rule) == ["LV-023"])
    }

    @Test("LV-046: a machine has snapshots of one kind")
    func mixedKinds() throws {
        let external = MachineRecord.example(names: ["first"], kind: .external)
        let memory = SnapshotRequest(name: "s", memory: true, method: "internal")
        #expect(try rule(refusing: memory, of: external) == "LV-046")
        let `internal` = MachineRecord.example(names: ["first"], kind: .internal)
        #expect(try rule(refusing: SnapshotRequest(name: "s", method: "external"), of: `internal`) == "LV-046")
        let same = try SnapshotPlan(SnapshotRequest(name: "s", memory: true), of: external, in: .running)
        #expect(same.kind == .external, "without a wish the kind that is there is kept")
    }

    @Test func `a word that is no way of libvirt's is unsupported`() throws {
        let refusal = try #require(throws: Refusal.self) {
            try SnapshotPlan(SnapshotRequest(name: "s", method: "delta"), of: .example(), in: .running)
        }
        #expect(refusal.kind == .unsupported)
    }
}
