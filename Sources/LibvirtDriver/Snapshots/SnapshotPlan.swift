package import Hypervisor
internal import LabCore

/// How a snapshot is going to be taken, decided before anything is touched.
package struct SnapshotPlan: Hashable, Sendable {
    /// Where its contents will be, of all disks and memory alike: in one snapshot both ways cannot be mixed.
    ///
    /// Rules: LV-006 and LV-008.
    package var kind: SnapshotKind
    /// The disks it will hold.
    package var roles: [DiskRole]
    /// The disks that are taken together, by target; several groups are taken one after the other.
    package var groups: [[String]]
    /// Whether it will hold memory.
    package var memory: Bool
    /// Whether the guest is asked to bring its disks to rest, and whether to go on when it cannot.
    package var quiesce: SnapshotRequest.Quiesce
    /// What a reader must know.
    package var notes: [Note] = []

    /// How it is taken, in libvirt's own words.
    package func method(quiesced: Bool) -> String { quiesced ? "\(kind.rawValue)-quiesced" : kind.rawValue }

    /// Decides how `request` is met for a machine in the state `state`.
    ///
    /// - Throws: a refusal with the rule that forbids it; nothing was done then.
    package init(_ request: SnapshotRequest, of record: MachineRecord, in state: DomainState) throws(Refusal) {
        try Self.checkName(request.name, in: record)
        let isWhole: Bool
        (roles, isWhole) = try Self.roles(of: request, in: record)
        var wanted = try Method(request.method)
        if wanted == nil, let kind = record.kind {
            wanted = Method(kind: kind, quiesced: false)
        }
        let canBeInternal =
            isWhole && record.variables == nil && record.disks.allSatisfy { $0.role != nil && $0.format == .qcow2 }
        // Rule: LV-005. Of a machine that is off, the disks alone go into an internal snapshot.
        let usual: SnapshotKind = (request.memory || !state.isActive) && canBeInternal ? .internal : .external
        kind = wanted?.kind ?? usual
        memory = request.memory
        quiesce = wanted?.isQuiesced == true ? .required : request.quiesce
        let held = roles
        let targets = record.disks.filter { disk in disk.role.map(held.contains) ?? false }.map(\.target)
        if case .disksInSuccession = request.scope { groups = targets.map { [$0] } } else { groups = [targets] }

        try checkKind(of: record, isWhole: isWhole)
        try checkMemory(state, isWhole: isWhole, isExplicit: request.method != nil)
        try checkQuiesce(state)
    }

    private static func checkName(_ name: String, in record: MachineRecord) throws(Refusal) {
        let invalid = LibvirtError.Code.invalidXMLDetail.name
        if name.isEmpty {
            // libvirt would name it by the second, and two in one second collide.
            throw Refusal(.refused, code: invalid, message: "a snapshot needs a name", rule: "LV-015")
        }
        if name.contains("/") {
            throw Refusal(.refused, code: invalid, message: "name can't contain '/'", rule: "LV-014")
        }
        if name.hasPrefix(".") {
            throw Refusal(.refused, code: invalid, message: "name can't start with '.'", rule: "LV-014")
        }
        if record.snapshot(Snapshot.ID(rawValue: name)) != nil {
            throw Refusal(
                .refused, code: LibvirtError.Code.operationFailed.name,
                message: "domain moment \(name) already exists", rule: "LV-016")
        }
    }

    private static func roles(
        of request: SnapshotRequest, in record: MachineRecord
    ) throws(Refusal) -> (roles: [DiskRole], isWhole: Bool) {
        let wanted: [DiskRole]
        switch request.scope {
        case .machine: return (record.roles, true)
        case .disks(let roles), .disksInSuccession(let roles): wanted = roles
        }
        let unsupported = LibvirtError.Code.configurationUnsupported.name
        if wanted.isEmpty, request.memory {
            // libvirt would take it: a memory file that goes with no disk's contents.
            throw Refusal(.refused, code: unsupported, message: "memory alone cannot be reverted to", rule: "LV-011")
        }
        guard !wanted.isEmpty else {
            throw Refusal(.refused, code: unsupported, message: "nothing selected for snapshot", rule: "LV-010")
        }
        if let unknown = wanted.first(where: { !record.roles.contains($0) }) {
            throw Refusal(.refused, code: unsupported, message: "no disk named '\(unknown.rawValue)'", rule: "LV-019")
        }
        if case .disksInSuccession = request.scope { return (wanted, false) }
        return (wanted, Set(wanted) == Set(record.roles))
    }

    private func checkKind(of record: MachineRecord, isWhole: Bool) throws(Refusal) {
        let unsupported = LibvirtError.Code.configurationUnsupported.name
        if let other = record.kind, other != kind {
            // An internal one is reverted to under the feet of an external one, and the external is invalid from then on
            // (Rule: LV-040) or its overlay is nobody's any more (Rule: LV-045). What is left can be deleted by nobody
            // (Rules: LV-041 and LV-042), or takes the other's contents along (Rules: LV-043 and LV-044).
            throw Refusal(
                .refused, code: unsupported,
                message: "the machine has \(other.rawValue) snapshots, so it can have no \(kind.rawValue) one",
                rule: "LV-046")
        }
        guard kind == .internal else { return }
        guard record.variables == nil else {
            throw Refusal(
                .refused, code: LibvirtError.Code.operationUnsupported.name,
                message: "internal snapshots of a VM with pflash based firmware are not supported", rule: "LV-072")
        }
        if let raw = record.disks.first(where: { $0.format == .raw }) {
            throw Refusal(
                .refused, code: unsupported,
                message: "internal snapshot for disk \(raw.target) unsupported for storage type raw", rule: "LV-001")
        }
        guard isWhole, record.disks.allSatisfy({ $0.role != nil }) else {
            throw Refusal(
                .refused, code: unsupported, message: "an internal snapshot takes all writable disks", rule: "LV-002")
        }
    }

    private mutating func checkMemory(_ state: DomainState, isWhole: Bool, isExplicit: Bool) throws(Refusal) {
        if memory, !state.isActive {
            throw Refusal(
                .refused, code: LibvirtError.Code.malformedXML.name,
                message: "memory state cannot be saved with offline or disk-only snapshot", rule: "LV-009")
        }
        if memory, !isWhole {
            // Memory restored over disks of another instant is a corruption that shows only when caches are dropped.
            throw Refusal(
                .refused, code: LibvirtError.Code.configurationUnsupported.name,
                message: "a snapshot with memory holds all disks at one instant")
        }
        guard kind == .internal, state.isActive, !memory else { return }
        guard !isExplicit else {
            throw Refusal(
                .refused, code: LibvirtError.Code.operationUnsupported.name,
                message: "internal snapshot of a running VM must include the memory state", rule: "LV-007")
        }
        memory = true
        notes.append(
            Note("memory is held as well: an internal snapshot of a running machine must include it", rule: "LV-007"))
    }

    private mutating func checkQuiesce(_ state: DomainState) throws(Refusal) {
        guard quiesce != .off else { return }
        if !state.isActive {
            // libvirt would ignore the wish in silence.
            notes.append(Note("quiescing was not needed: the machine is off", rule: "LV-022"))
            quiesce = .off
        } else if memory {
            try cannotQuiesce(
                Refusal(
                    .refused, code: LibvirtError.Code.invalidArgument.name,
                    message: "Flag VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY is required by flag "
                        + "VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE", rule: "LV-021"))
        } else if state != .running, state != .blocked {
            try cannotQuiesce(
                Refusal(
                    .refused, code: LibvirtError.Code.operationInvalid.name, message: "domain is not running",
                    rule: "LV-023"))
        }
    }

    private mutating func cannotQuiesce(_ refusal: Refusal) throws(Refusal) {
        guard quiesce == .preferred else { throw refusal }
        quiesce = .off
        notes.append(Note("not quiesced: \(refusal.message)", rule: refusal.rule))
    }

    /// A way of taking a snapshot, by libvirt's own words.
    private struct Method: Hashable {
        var kind: SnapshotKind
        var isQuiesced: Bool

        init(kind: SnapshotKind, quiesced: Bool) {
            self.kind = kind
            isQuiesced = quiesced
        }

        init?(_ word: String?) throws(Refusal) {
            switch word {
            case nil: return nil
            case "internal": self.init(kind: .internal, quiesced: false)
            case "external": self.init(kind: .external, quiesced: false)
            case "external-quiesced": self.init(kind: .external, quiesced: true)
            case .some(let other):
                throw Refusal(
                    .unsupported, code: "UnknownMethod",
                    message: "libvirt takes snapshots internal, external or external-quiesced, not \(other)")
            }
        }
    }
}
