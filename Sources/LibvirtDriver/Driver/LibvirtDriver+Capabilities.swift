internal import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// What libvirt, QEMU and the lab's guests can do.
    static var whatLibvirtCanDo: Capabilities {
        Capabilities(missing: [
            .newMachine: Note("libvirt brings a snapshot back into the machine it was taken of, never into a new one")
        ])
    }

    /// What accounts for the differences that a revert leaves.
    static var whatRevertsLeave: [Explanation] {
        let withoutMemory = "a snapshot of disks holds no memory: the guest boots, as after a power cut"
        let memoryFacts: [Fact] = [.bootID, .jobs, .openRecords, .looseFiles, .fileSystem(.root), .fileSystem(.data)]
        let lost = memoryFacts.map { fact in
            Explanation(fact, [.lost, .changed], "LV-009", withoutMemory, when: [.memory(false)])
        }
        let overlays = DiskRole.allCases.map { role in
            Explanation(
                .disk(role), [.changed], "LV-036", "the driver lays a new overlay over the snapshot's file",
                when: [.reverted("external")])
        }
        let off = Explanation(
            .power, [.changed], "LV-037", "a revert to disks alone leaves the machine off",
            when: [.reverted("external")])
        return lost + overlays + [off]
    }
}
