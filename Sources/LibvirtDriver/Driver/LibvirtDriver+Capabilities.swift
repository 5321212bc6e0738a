package import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// What libvirt, QEMU and the lab's guests can do.
    package static var whatLibvirtCanDo: Capabilities {
        Capabilities(missing: [
            .newMachine: Note("libvirt brings a snapshot back into the machine it was taken of, never into a new one"),
            .pendingSnapshot: Note("libvirt's snapshots are complete when the call returns"),
            .replica: Note("the lab's real guests have no second server that follows them"),
            .reservedAddress: Note("the address of a local machine is its own and nobody's to reserve"),
        ])
    }
}
