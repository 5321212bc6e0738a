import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Deletes a volume without an attachment; its snapshots stay.
    ///
    /// Rule: AWS-087.
    ///
    /// Rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html
    package mutating func deleteVolume(_ id: Volume.ID, dryRun: Bool = false) throws(EC2Fault) {
        try call("DeleteVolume", on: id.rawValue) { ec2 throws(EC2Fault) in
            try ec2.endDryRun(dryRun)
            var volume = try ec2.volume(id)
            do throws(NotInState<VolumeState>) { try volume.state.delete() } catch {
                throw volume.attachment.map { .attachedTo(id, $0.instance) } ?? .notAvailable(id)
            }
            ec2.remove(volume)
        }
    }

    /// Lets a volume that is being deleted show for a while.
    ///
    /// Rule: AWS-086.
    mutating func remove(_ volume: Volume) {
        volumes[volume.id] = volume
        volumes[volume.id]?.state = .deleting
        enter(.volumeRemoved(volume.id), in: settings.timings.volumeDeletion)
    }

    mutating func finishDeletion(of id: Volume.ID) {
        guard volumes[id]?.state.removed() == true else { return }
        volumes[id] = nil
        tagSets[id.rawValue] = nil
        note(id.rawValue, "deleting -> deleted")
    }

    /// EnableVolumeIO; no volume here ever loses its IO.
    ///
    /// Rule: AWS-095.
    package mutating func enableVolumeIO(_ id: Volume.ID) throws(EC2Fault) {
        try call("EnableVolumeIO", on: id.rawValue) { ec2 throws(EC2Fault) in
            _ = try ec2.volume(id)
            throw EC2Fault(.incorrectState, "Volume \(id) already has IO enabled", rule: "AWS-095")
        }
    }

    /// DescribeVolumes: those that are asked for, or all, in the order of their ids.
    package func describeVolumes(_ ids: [Volume.ID] = []) throws(EC2Fault) -> [Volume] {
        var found = ids.isEmpty ? Array(volumes.values) : []
        for id in ids { found.append(try volume(id)) }
        return found.sorted { $0.id < $1.id }  // Whatever order was asked in. Rule: AWS-154.
    }
}
