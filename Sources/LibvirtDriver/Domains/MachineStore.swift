internal import Foundation
package import Hypervisor

/// The records of a lab's machines on disk, each beside the machine's images.
package struct MachineStore: Hashable, Sendable {
    private let root: LabRoot

    /// Makes the store of a lab.
    package init(root: LabRoot) { self.root = root }

    /// The machines with a folder of their own, sorted.
    package var machines: [MachineID] { Files.names(in: root.machines).map(MachineID.init) }

    /// Reads a machine's record; nothing when it was not written before its maker was cut off.
    package func read(_ id: MachineID) throws(Refusal) -> MachineRecord? {
        let path = path(of: id)
        guard Files.exists(path) else { return nil }
        let contents = try Files.read(path)
        do {
            return try JSONDecoder().decode(MachineRecord.self, from: contents)
        } catch {
            throw Refusal(.lab, code: "BadRecord", message: "\(path): \(error)")
        }
    }

    /// Writes a machine's record.
    package func write(_ record: MachineRecord) throws(Refusal) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            try Files.write(encoder.encode(record), to: path(of: record.id))
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.lab, code: "BadRecord", message: "\(record.id): \(error)")
        }
    }

    /// Removes the files of a machine's folder that nothing needs: overlays of failed states and of cut-off reverts.
    package func removeUnneededFiles(of record: MachineRecord, alsoKeeping chain: Set<String>) throws(Refusal) {
        let folder = root.machine(record.id)
        let needed = record.neededFiles.union(chain)
        for name in Files.names(in: folder) where name != "record.json" && !needed.contains("\(folder)/\(name)") {
            try Files.remove("\(folder)/\(name)")
        }
    }

    private func path(of id: MachineID) -> String { root.machine(id) + "/record.json" }
}
