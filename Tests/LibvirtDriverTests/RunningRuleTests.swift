import Hypervisor
import LabCore
import Testing

@testable import LibvirtDriver

extension TestLab {
    /// The code with which libvirt refuses a call; nothing when it does not.
    func code(_ call: WorkerCall) async -> LibvirtError.Code? {
        do throws(Refusal) {
            try await driver.call(call)
            return nil
        } catch {
            return LibvirtError.Code(name: error.code)
        }
    }

    /// The version of libvirt, as it counts it itself.
    func libraryVersion() async throws -> Int {
        guard case .opened(let library, _) = try await driver.call(.versions) else { throw Refusal.wrongAnswer }
        return library
    }

    /// Takes an external snapshot behind the driver's back, recorded by libvirt or not.
    func takeBehind(_ name: String, of machine: MachineID, flags: SnapshotCreation = [.diskOnly]) async throws {
        let overlays = ["vda", "vdb"].map { ($0, "\(driver.root.machine(machine))/\($0).behind-\(name)") }
        let xml = DomainXML.externalSnapshot(
            name: name, overlays: Dictionary(uniqueKeysWithValues: overlays), targets: ["vda", "vdb"], memory: nil)
        try await driver.call(.createSnapshot(machine.rawValue, xml: xml, flags: flags))
    }

    /// Takes an internal snapshot behind the driver's back.
    func takeInternalBehind(_ name: String, of machine: MachineID) async throws {
        let xml = DomainXML.internalSnapshot(name: name)
        try await driver.call(.createSnapshot(machine.rawValue, xml: xml, flags: []))
    }
}

extension RealMachines {
    /// What QEMU's driver of libvirt really does, on which the driver's own rules stand.
    @Suite struct `Rules of libvirt while a machine runs` {
        /// A snapshot that is refused.
        struct Row: Sendable {
            var rule: String
            var xml: String
            var flags: SnapshotCreation
            var code: LibvirtError.Code
        }

        private static func snapshot(_ content: String) -> String {
            "<domainsnapshot><name>s</name>\(content)</domainsnapshot>"
        }

        private static let refused: [Row] = [
            Row(
                rule: "LV-004",
                xml: snapshot(
                    "<disks><disk name='vda' snapshot='internal'/><disk name='vdb' snapshot='internal'/></disks>"),
                flags: [.diskOnly], code: .configurationUnsupported),
            Row(
                rule: "LV-006",
                xml: snapshot(
                    "<disks><disk name='vda' snapshot='internal'/><disk name='vdb' snapshot='external'/></disks>"),
                flags: [.diskOnly], code: .configurationUnsupported),
            Row(
                rule: "LV-008",
                xml: snapshot(
                    "<memory snapshot='internal'/><disks><disk name='vda' snapshot='external'/></disks>"),
                flags: [], code: .configurationUnsupported),
            Row(rule: "LV-012", xml: snapshot(""), flags: [.live], code: .operationUnsupported),
            Row(
                rule: "LV-018",
                xml: snapshot(
                    "<disks><disk name='vda' snapshot='external'><source file='/tmp/belay-nowhere'/></disk></disks>"),
                flags: [.diskOnly, .reuseExternal], code: .systemError),
            Row(rule: "LV-020", xml: "<domainsnapshot><name>s", flags: [], code: .invalidXMLDetail),
            Row(rule: "LV-020", xml: "<snapshot><name>s</name></snapshot>", flags: [], code: .malformedXML),
            Row(
                rule: "LV-020", xml: snapshot(""), flags: SnapshotCreation(rawValue: 1 << 20), code: .invalidArgument),
        ]

        @Test(
            "LV-004, LV-006, LV-008, LV-012, LV-018 and LV-020: what is refused is refused by code, and changes nothing"
        )
        func refusals() async throws {
            try await withMachine { lab, machine in
                let paths = try await lab.driver.paths(of: machine)
                for row in Self.refused {
                    let call = WorkerCall.createSnapshot(machine.rawValue, xml: row.xml, flags: row.flags)
                    #expect(await lab.code(call) == row.code, "\(row.rule): \(row.xml)")
                }
                #expect(try await lab.driver.texts(.snapshots(machine.rawValue)).isEmpty)
                #expect(try await lab.driver.paths(of: machine) == paths)
            }
        }

        @Test(
            "LV-017: an overlay that is there is refused, and an empty one overwritten, unless the driver names its own"
        )
        func overlayNames() async throws {
            try await withMachine { lab, machine in
                let folder = lab.driver.root.machine(machine)
                let overlay = { (name: String) in "\(folder)/vda.\(name)" }
                let disks = "<disks><disk name='vda' snapshot='external'/><disk name='vdb' snapshot='no'/></disks>"
                let xml = { (name: String) in
                    Self.snapshot(disks).replacing("<name>s</name>", with: "<name>\(name)</name>")
                }
                let flags: SnapshotCreation = [.diskOnly, .noMetadata]
                try Files.write("something", to: overlay("full"))
                let full = WorkerCall.createSnapshot(machine.rawValue, xml: xml("full"), flags: flags)
                #expect(await lab.code(full) == .configurationUnsupported)
                for name in ["full", "empty"] {
                    if name == "empty" { try Files.write("", to: overlay(name)) }
                    let left = try Files.read(overlay(name))
                    _ = try await lab.provider.takeSnapshot(SnapshotRequest(name: name), of: machine)
                    #expect(try Files.read(overlay(name)) == left, "the driver has left a file of that name alone")
                }
                // The overlay in use ends in a number now, which libvirt's own choice replaces.
                let empty = WorkerCall.createSnapshot(machine.rawValue, xml: xml("empty"), flags: flags)
                #expect(await lab.code(empty) == nil)
                #expect(try await DiskImage.format(of: overlay("empty")) == "qcow2", "libvirt has written over it")
            }
        }

        @Test("LV-028 and LV-029: a frozen agent answers about freezing alone, and thaws as often as it is told to")
        func frozen() async throws {
            try await withMachine { lab, machine in
                try await lab.driver.call(.freeze(machine.rawValue))
                #expect(try await lab.driver.isFrozen(machine))
                let found = try await refusal { try await lab.shell("true", on: machine) }
                #expect(found.code == LibvirtError.Code.internalError.name)
                let counts = try await [
                    lab.driver.call(.thaw(machine.rawValue)), lab.driver.call(.thaw(machine.rawValue)),
                ]
                #expect(counts[0] != .number(0) && counts[1] == .number(0))
                #expect(try await lab.shell("echo awake", on: machine) == "awake")
            }
        }

        @Test("LV-032, LV-039, LV-049 and LV-063: a block job stands in the way until it is ended")
        func blockJobs() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await lab.takeInternalBehind("i", of: machine)
                #expect(await lab.code(.endBlockJob(name, disk: "vda", pivot: true)) == .invalidArgument)
                try await lab.takeBehind("e", of: machine)
                try await lab.takeBehind("f", of: machine)
                try await lab.driver.call(.commit(name, disk: "vda"))
                #expect(await lab.code(.commit(name, disk: "vda")) == .blockJobActive)
                let xml = DomainXML.internalSnapshot(name: "j")
                #expect(await lab.code(.createSnapshot(name, xml: xml, flags: [])) == .blockJobActive)
                #expect(await lab.code(.deleteSnapshot(name, snapshot: "e", flags: [])) == .operationUnsupported)
                #expect(await lab.code(.revert(name, snapshot: "i", flags: [])) == .operationInvalid)
                #expect(try await lab.isActive(machine), "the refused revert has not touched the machine")
                try await lab.driver.call(.endBlockJob(name, disk: "vda", pivot: false))
            }
        }

        @Test("LV-024: without a channel to an agent a machine cannot be quiesced, and the driver says why")
        func noChannel() async throws {
            try await withMachine { lab, machine in
                try await lab.driver.setPower(.cut, of: machine)
                let record = try await lab.driver.record(of: machine)
                let xml = DomainXML.domain(of: record, agentSocket: "/nowhere")
                let start = try #require(xml.firstRange(of: "<channel")),
                    end = try #require(xml.firstRange(of: "</channel>"))
                let without = String(xml[..<start.lowerBound] + xml[end.upperBound...])
                try await lab.driver.call(.define(xml: without))
                try await lab.driver.call(.start(machine.rawValue))
                let found = try await refusal {
                    let request = SnapshotRequest(name: "s", quiesce: .required)
                    _ = try await lab.provider.takeSnapshot(request, of: machine)
                }
                #expect(found.rule == "LV-024" && found.code == LibvirtError.Code.argumentUnsupported.name)
                let preferred = SnapshotRequest(name: "s", quiesce: .preferred)
                #expect(try await lab.provider.takeSnapshot(preferred, of: machine).notes.map(\.rule) == ["LV-024"])
            }
        }

        @Test(
            "LV-061 and LV-062: memory is restored under its own name, into a machine that is off, from a memory file")
        func restore() async throws {
            try await withMachine { lab, machine in
                let request = SnapshotRequest(name: "s", memory: true, method: "external")
                _ = try await lab.provider.takeSnapshot(request, of: machine)
                let record = try await lab.driver.record(of: machine)
                let memory = try #require(record.snapshots.first?.memory)
                let xml = try await lab.driver.text(.describe(machine.rawValue, migratable: true))
                #expect(await lab.code(.restore(file: memory, xml: xml)) == .operationInvalid, "it runs")
                try await lab.driver.setPower(.cut, of: machine)
                let other = xml.replacing("<name>\(machine)</name>", with: "<name>other</name>")
                #expect(await lab.code(.restore(file: memory, xml: other)) == .configurationUnsupported)
                let disk = record.disks[0].path
                #expect(await lab.code(.restore(file: disk, xml: xml)) == .operationFailed)
            }
        }

        @Test("LV-034: a revert leaves what the snapshot held unless told otherwise, and not two things at once")
        func states() async throws {
            try await withMachine { lab, machine in
                let name = machine.rawValue
                try await lab.takeInternalBehind("i", of: machine)
                #expect(await lab.code(.revert(name, snapshot: "i", flags: [.running, .paused])) == .invalidArgument)
                try await lab.driver.call(.revert(name, snapshot: "i", flags: [.paused]))
                #expect(try await lab.driver.state(of: machine) == .paused)
                try await lab.driver.call(.revert(name, snapshot: "i", flags: []))
                #expect(try await lab.driver.state(of: machine) == .running)
            }
        }
    }
}
