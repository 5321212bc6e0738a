package import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// What libvirt, QEMU and the lab's guests can do.
    package static var whatLibvirtCanDo: Capabilities {
        Capabilities(missing: [
            .newMachine: Note("libvirt brings a snapshot back into the machine it was taken of, never into a new one")
        ])
    }
}
