package import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// What libvirt, QEMU and the lab's guests can do.
    package static var whatLibvirtCanDo: Capabilities {
        Capabilities(missing: [
            .pendingSnapshot: Note("libvirt's snapshots are complete when the call returns"),
            .replica: Note("the lab's real guests have no second server that follows them"),
            .reservedAddress: Note("the address of a local machine is its own and nobody's to reserve"),
        ])
    }
}
