import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

@Suite struct `Descriptions for libvirt` {
    @Test(
        "a text can stand in an element or an attribute whatever it holds",
        arguments: [
            ("plain", "plain"), ("a & b", "a &amp; b"), ("<x>", "&lt;x&gt;"),
            ("it's \"so\"", "it&apos;s &quot;so&quot;"),
            ("two\nlines", "two&#10;lines"), ("bell\u{7}", "bell"), ("größe", "größe"),
        ])
    func escaping(text: String, escaped: String) { #expect(DomainXML.escaped(text) == escaped) }

    @Test func `a machine's disks are found again in its description`() {
        let record = MachineRecord.example(formats: [.qcow2, .raw], external: true)
        let xml = DomainXML.domain(of: record, agentSocket: "/lab/agent")
        let expected = Dictionary(uniqueKeysWithValues: record.disks.map { ($0.target, $0.path) })
        #expect(DomainXML.diskPaths(in: xml) == expected)
    }

    @Test func `a disk's own file is told from the files below it`() {
        let xml = """
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/lab/it&apos;s' index='3'/>
            <backingStore type='file'><source file='/lab/base'/></backingStore><target dev='vda' bus='virtio'/></disk>
            <disk type='file' device='cdrom'><target dev='sda'/></disk>
            """
        #expect(DomainXML.diskPaths(in: xml) == ["vda": "/lab/it's"])
    }

    @Test func `an external snapshot leaves out the disks that have no overlay`() {
        let xml = DomainXML.externalSnapshot(
            name: "s", overlays: ["vdb": "/lab/n"], targets: ["vda", "vdb"], memory: nil)
        #expect(xml.contains("<disk name='vda' snapshot='no'/>"))
        #expect(xml.contains("<disk name='vdb' snapshot='external'>"))
        #expect(xml.contains("<memory snapshot='no'/>"))
    }

    @Test(
        "the accelerator decides type and processor",
        arguments: [(Acceleration.tcg, "type='qemu'", "maximum"), (.kvm, "type='kvm'", "host-passthrough")])
    func acceleration(acceleration: Acceleration, type: String, processor: String) {
        var record = MachineRecord.example()
        record.hardware.acceleration = acceleration
        let xml = DomainXML.domain(of: record, agentSocket: "/lab/agent")
        #expect(xml.contains(type))
        #expect(xml.contains(processor))
        #expect(xml.contains("tb-cache") == (acceleration == .tcg))
    }
}
