internal import Hypervisor

/// Writes descriptions of domains and snapshots for libvirt.
package enum DomainXML {
    /// The description of a machine.
    ///
    /// - Parameters:
    ///   - record: the machine.
    ///   - agentSocket: the absolute path of the socket to the guest's agent.
    ///   - disksMayBeLost: leave out flushing to the host's disk; only a crash of the host can then lose data.
    /// - Returns: the element `domain`.
    package static func domain(
        of record: MachineRecord, agentSocket: String, disksMayBeLost: Bool = true
    ) -> String {
        let cache = disksMayBeLost ? " cache='unsafe'" : ""
        let disks = record.disks.enumerated().map { index, disk in
            """
                <disk type='file' device='disk'>
                  <driver name='qemu' type='\(disk.format.rawValue)'\(cache) discard='unmap'/>
                  <source file='\(escaped(disk.path))'/>
                  <target dev='\(disk.target)' bus='virtio'/>
                  \(place(4 + index))
                </disk>
            """
        }.joined(separator: "\n")
        let hardware = record.hardware
        // A guest's whole way through an upgrade is translated into 200 MiB, and a cache that is full is emptied. Of a larger
        // one, as QEMU's own choice is, no more would be used.
        let translator = hardware.acceleration == .tcg ? "<tcg><tb-cache unit='MiB'>256</tb-cache></tcg>" : ""
        let processor =
            hardware.acceleration == .tcg
            ? "<cpu mode='maximum'>\(withoutCostlyFeatures)</cpu>" : "<cpu mode='host-passthrough'/>"
        let firmware =
            hardware.firmware.map { firmware in
                """
                <loader readonly='yes' type='pflash'>\(escaped(firmware.program))</loader>\
                <nvram>\(escaped(record.variables ?? ""))</nvram>
                """
            } ?? ""
        return """
            <domain type='\(hardware.acceleration == .tcg ? "qemu" : "kvm")'>
              <name>\(escaped(record.id.rawValue))</name>
              <uuid>\(record.uuid)</uuid>
              \(title(of: record))
              <memory unit='MiB'>\(hardware.memory)</memory>
              <vcpu>1</vcpu>
              <os>
                <type arch='x86_64' machine='q35'>hvm</type>\(firmware)
                <kernel>\(escaped(hardware.kernel))</kernel>
                <initrd>\(escaped(hardware.initialFileSystem))</initrd>
                <cmdline>\(escaped(hardware.commandLine))</cmdline>
              </os>
              <features><acpi/>\(translator)</features>
              \(processor)
              <clock offset='utc'/>
              <on_poweroff>destroy</on_poweroff>
              <on_reboot>restart</on_reboot>
              <on_crash>destroy</on_crash>
              <devices>
            \(disks)
                <interface type='user'>
                  <mac address='\(hardware.hardwareAddress)'/>
                  <model type='virtio'/>
                  <rom enabled='no'/>
                  \(place(3))
                </interface>
                <controller type='virtio-serial' index='0'>\(place(2))</controller>
                <channel type='unix'>
                  <source mode='bind' path='\(escaped(agentSocket))'/>
                  <target type='virtio' name='org.qemu.guest_agent.0'/>
                </channel>
                <controller type='usb' model='none'/>
                <memballoon model='none'/>
              </devices>
            </domain>
            """
    }

    /// What protects or speeds a real processor and slows a translated one: copies byte by byte, deeper tables of pages,
    /// long registers, of which a translator makes many short ones.
    private static let withoutCostlyFeatures = ["avx", "avx2", "erms", "la57", "pku", "smap", "smep", "umip", "xsave"]
        .map { "<feature policy='disable' name='\($0)'/>" }.joined()

    /// A place on the first bus: left to libvirt, each device gets a bus of its own, behind a bridge that takes a kernel
    /// hundredths of a second to set up.
    private static func place(_ slot: Int) -> String {
        "<address type='pci' domain='0' bus='0' slot='\(slot)' function='0'/>"
    }

    /// The description of an internal snapshot, of all writable disks and, when the machine runs, its memory.
    ///
    /// No disk is named: libvirt leaves out by itself those that cannot be written to. Rule: LV-003.
    ///
    /// - Parameters:
    ///   - name: the snapshot's name.
    ///   - memory: whether it must hold memory; without that wish a machine that went off a moment ago would give a
    ///     snapshot of its disks, and nobody would be told. Rule: LV-009.
    /// - Returns: the element `domainsnapshot`.
    package static func internalSnapshot(name: String, memory: Bool = false) -> String {
        let wish = memory ? "<memory snapshot='internal'/>" : ""
        return "<domainsnapshot><name>\(escaped(name))</name>\(wish)</domainsnapshot>"
    }

    /// The description of an external snapshot.
    ///
    /// Every overlay is named: a name of libvirt's own choice could be that of an empty file, which it overwrites.
    /// Rule: LV-017.
    ///
    /// - Parameters:
    ///   - name: the snapshot's name.
    ///   - overlays: the file that each disk writes to from then on, by target.
    ///   - targets: all disks of the machine; those without an overlay are left out of the snapshot.
    ///   - memory: the file that takes the memory; nothing to leave it out.
    /// - Returns: the element `domainsnapshot`.
    package static func externalSnapshot(
        name: String, overlays: [String: String], targets: [String], memory: String?
    ) -> String {
        let disks = targets.map { target in
            guard let overlay = overlays[target] else { return "<disk name='\(target)' snapshot='no'/>" }
            return """
                <disk name='\(target)' snapshot='external'><driver type='qcow2'/>\
                <source file='\(escaped(overlay))'/></disk>
                """
        }.joined()
        let held = memory.map { "<memory snapshot='external' file='\(escaped($0))'/>" } ?? "<memory snapshot='no'/>"
        return "<domainsnapshot><name>\(escaped(name))</name>\(held)<disks>\(disks)</disks></domainsnapshot>"
    }

    /// The file of each disk in a description of a domain, by target.
    package static func diskPaths(in xml: String) -> [String: String] {
        var paths: [String: String] = [:]
        for part in xml.split(separator: "<disk ", omittingEmptySubsequences: false).dropFirst() {
            // Backing files follow the disk's own source; the target is the only one of its kind.
            guard let target = attribute("dev", of: "<target ", in: part) else { continue }
            paths[target] = attribute("file", of: "<source ", in: part)
        }
        return paths
    }

    private static func attribute(_ name: String, of element: String, in xml: Substring) -> String? {
        guard let start = xml.firstRange(of: element)?.upperBound else { return nil }
        let rest = xml[start...]
        guard let end = rest.firstIndex(of: ">") else { return nil }
        guard let value = rest[..<end].firstRange(of: "\(name)='")?.upperBound else { return nil }
        return rest[value...].firstIndex(of: "'").map { unescaped(String(rest[value..<$0])) }
    }

    private static func unescaped(_ text: String) -> String {
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&quot;", "\""), ("&amp;", "&")]
        return entities.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// A text so that it can stand in an element or an attribute.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&apos;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20: continue  // XML 1.0 has no way to write the others.
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The element with a machine's name for people; libvirt refuses one with a line break and an empty one.
    static func title(of record: MachineRecord) -> String {
        let line = record.spec.name.split(whereSeparator: \.isNewline).joined(separator: " ")
        return "<title>\(escaped(line.isEmpty ? "machine" : line))</title>"
    }
}
