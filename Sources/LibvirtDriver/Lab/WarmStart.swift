internal import Foundation
internal import Hypervisor
internal import LabCore

/// A machine that was saved right after its boot, so that others of its kind need no boot of their own.
struct WarmStart {
    /// The folder with the disks and the snapshot's description.
    let folder: String

    /// The folder in which a machine of this kind is, or will be.
    ///
    /// A saved run is good for one build of QEMU and one set of images only: both are in the name.
    init(of record: MachineRecord, guest: GuestImage, qemu: Int, in lab: LabFolder) {
        var hasher = StableHasher()
        for path in [guest.kernel, guest.initialFileSystem] + guest.disks.map(\.path) {
            hasher.combine(path)
            // An image that is not there is noticed when it is used.
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            let changed = attributes?[.modificationDate] as? Date
            hasher.combine(Int((changed?.timeIntervalSince1970 ?? 0) * 1000))
        }
        var hardware = record
        hardware.id = MachineID(rawValue: "-")
        hardware.uuid = "-"
        hardware.spec.name = "-"
        for index in hardware.disks.indices { hardware.disks[index].path = "-" }
        hasher.combine(DomainXML.domain(of: hardware, agentSocket: "-"))
        hasher.combine(qemu)
        folder = "\(lab.golden)/\(hasher.digest())"
    }

    /// The tag of the saved run inside the disks.
    static let tag = "golden"

    var isThere: Bool { Files.exists(description) }
    var description: String { folder + "/snapshot.xml" }
    func disk(_ target: String) -> String { "\(folder)/\(target).qcow2" }
}

extension LibvirtDriver {
    /// Starts a new machine from a saved run of its kind, which is made first when there is none.
    func startWarm(_ record: MachineRecord, guest: GuestImage) async throws(Refusal) {
        let start = WarmStart(of: record, guest: guest, qemu: try await qemuVersion(), in: folder)
        if !start.isThere { try await makeWarmStart(start, from: record, guest: guest) }
        try await DiskImage.copyAll(record.disks.map { (start.disk($0.target), $0.path) })
        try await define(record)
        let name = record.id.rawValue
        let saved = String(decoding: try Files.read(start.description), as: UTF8.self)
        let snapshot = replacing(placeholders(for: record).map { ($0.placeholder, $0.value) }, in: saved)
        try await call(.createSnapshot(name, xml: snapshot, flags: [.redefine, .current]))
        try await call(.revert(name, snapshot: WarmStart.tag, flags: [.running]))
        try await waitForAgent(of: record.id)
        try await setClock(of: record.id)
        try await call(.deleteSnapshot(name, snapshot: WarmStart.tag, flags: []))
    }

    /// Boots a machine, saves its run, and removes its domain again.
    private func makeWarmStart(
        _ start: WarmStart, from record: MachineRecord, guest: GuestImage
    ) async throws(Refusal) {
        settings.progress("booting a guest once, to start from it")
        try await startCold(record, guest: guest)
        let name = record.id.rawValue
        if appliances.contains(record.id) {
            let status = try await appliance(of: record.id).waitUntilStarted()
            guard status.isHealthy else {
                throw Refusal(
                    .lab, code: "ApplianceDown", message: "a new appliance is not healthy: \(status.trouble ?? "?")")
            }
        }
        try await call(.createSnapshot(name, xml: DomainXML.internalSnapshot(name: WarmStart.tag), flags: [.validate]))
        let described = try await text(.describeSnapshot(name, snapshot: WarmStart.tag))
        try await destroy(name)
        try await call(.undefine(name))
        // Among the machine's own files until it is whole, so that an interrupt leaves no more than a machine would.
        let draft = "\(root.machine(record.id))/golden"
        try Files.makeFolder(draft)
        for disk in record.disks { try await DiskImage.copy(disk.path, to: "\(draft)/\(disk.target).qcow2") }
        let neutral = replacing(placeholders(for: record).map { ($0.value, $0.placeholder) }, in: described)
        try Files.write(neutral, to: "\(draft)/snapshot.xml")
        if start.isThere {
            try Files.remove(draft)  // Another lab was faster.
        } else {
            try Files.makeFolder(folder.golden)
            try Files.move(draft, to: start.folder)
        }
    }

    /// What is a machine's own in a description, and what stands for it in a saved one.
    private func placeholders(for record: MachineRecord) -> [(value: String, placeholder: String)] {
        [
            ("\(root.machine(record.id))/", "@FOLDER@/"), (agentSocket(of: record.id) + "'", "@AGENT@'"),
            ("<name>\(record.id)</name>", "<name>@NAME@</name>"), (record.uuid, "@UUID@"),
            (DomainXML.title(of: record), "<title>@TITLE@</title>"),
        ]
    }

    private func replacing(_ pairs: [(String, String)], in text: String) -> String {
        pairs.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// The version of QEMU, as libvirt counts it.
    func qemuVersion() async throws(Refusal) -> Int {
        guard case .opened(_, let version) = try await call(.versions) else { throw .wrongAnswer }
        return version
    }
}
