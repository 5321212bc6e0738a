import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// disks.resize; the disk may be attached, and the guest's file system does not grow with it.
    ///
    /// Rule: GCE-040.
    package mutating func resizeDisk(
        _ name: String, zone: String, sizeGB: Int, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.resizeDisk(name, zone: zone, sizeGB: sizeGB)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            guard disk.state == .ready else { throw .notReady(disk.path, rule: "GCE-046") }
            guard sizeGB > disk.sizeGB else { throw .notLarger(sizeGB, than: disk.sizeGB) }
            return plane.accept(
                call, in: .zone(zone), on: disk.path, id: disk.id.rawValue, .resizeDisk(disk.id, sizeGB: sizeGB),
                lasting: plane.settings.timings.diskResize)
        }
    }

    mutating func completeResize(of id: PersistentDisk.ID, _ sizeGB: Int) {
        guard let disk = disks[id], sizeGB > disk.sizeGB else { return }
        disks[id]?.sizeGB = sizeGB
        disks[id]?.contents?.grow(to: .gibibytes(sizeGB))
    }

    /// disks.setLabels, which is done in its first answer.
    ///
    /// Rule: GCE-028.
    package mutating func setDiskLabels(
        _ name: String, zone: String, _ labels: [String: String], fingerprint: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.setDiskLabels(name, zone: zone, labels, fingerprint: fingerprint)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let disk = try plane.disk(name, zone: zone)
            guard disk.labels.fingerprint == fingerprint else { throw .labelsChanged }
            plane.disks[disk.id]?.labels = Labels(labels)
            return plane.acceptDone(call, in: .zone(zone), on: disk.path, id: disk.id.rawValue)
        }
    }
}

extension ComputeFault {
    /// Labels were changed since they were read.
    ///
    /// Rule: GCE-028.
    static let labelsChanged = ComputeFault.conditionNotMet(
        "Labels fingerprint either invalid or resource labels have changed", rule: "GCE-028")
}
