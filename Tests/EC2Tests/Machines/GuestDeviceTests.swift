import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("What a guest finds of its volumes")
struct GuestDeviceTests {
    @Test("AWS-120: a guest knows a volume by its serial number, for the name can change with the next boot")
    func names() throws {
        var bench = try Bench()
        let instance = bench.instance
        let serials = Set([bench.root, bench.data].map { $0.rawValue.replacing("-", with: "") })
        var orders: Set<[String]> = []
        for _ in 1...8 {
            let devices = try bench.ec2.guestDevices(of: instance)
            #expect(devices.map(\.name) == ["/dev/nvme0n1", "/dev/nvme1n1"])
            #expect(Set(devices.map(\.serial)) == serials)
            orders.insert(devices.map(\.serial))
            try bench.ec2.setPower(.shutDown, of: bench.machine)
            #expect(try bench.ec2.guestDevices(of: instance).isEmpty)
            try bench.ec2.setPower(.on, of: bench.machine)
        }
        #expect(orders.count == 2)
    }

    @Test("AWS-120: a volume that is attached later comes after those that were there at the boot")
    func later() throws {
        var bench = try Bench()
        let volume = try bench.makeVolume()
        _ = try bench.ec2.attachVolume(volume, to: bench.instance, device: "/dev/sdg")
        bench.ec2.advance(by: .seconds(3))
        let last = try bench.ec2.guestDevices(of: bench.instance)[2]
        #expect(last == GuestDevice(name: "/dev/nvme2n1", serial: volume.rawValue.replacing("-", with: "")))
    }

    @Test("AWS-120: with the old root beside the new one the guest boots from either, and without it from its own")
    func twins() throws {
        var bench = try Bench()
        let (instance, old) = (bench.instance, bench.root)
        let snapshot = try bench.makeSnapshot(of: old)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        let new = try bench.ec2.createVolume(CreateVolume(zone: "us-east-1a", snapshot: snapshot)).id
        _ = try bench.ec2.detachVolume(old)
        bench.ec2.advance(by: .seconds(3))
        _ = try bench.ec2.attachVolume(new, to: instance, device: "/dev/sda1")
        _ = try bench.ec2.attachVolume(old, to: instance, device: "/dev/sdg")
        bench.ec2.advance(by: .seconds(3))
        var roots: Set<FactValue?> = []
        for _ in 1...12 {
            try bench.ec2.setPower(.on, of: bench.machine)
            let facts = try bench.ec2.facts(of: bench.machine)
            #expect(facts[.service] == "healthy")
            roots.insert(facts[.disk(.root)])
            try bench.ec2.setPower(.shutDown, of: bench.machine)
        }
        #expect(roots == [.text(old.rawValue), .text(new.rawValue)])
        _ = try bench.ec2.detachVolume(old)
        bench.ec2.advance(by: .seconds(3))
        for _ in 1...4 {
            try bench.ec2.setPower(.on, of: bench.machine)
            #expect(try bench.ec2.facts(of: bench.machine)[.disk(.root)] == .text(new.rawValue))
            try bench.ec2.setPower(.shutDown, of: bench.machine)
        }
    }

    @Test("a disk of another installation beside the root has other labels, and is never booted from")
    func stranger() throws {
        var bench = try Bench()
        let other = try bench.ec2.makeMachine(.small)
        let theirs = try #require(bench.ec2.instances[Instance.ID(rawValue: other.rawValue)]?.devices["/dev/sda1"])
        try bench.ec2.setPower(.shutDown, of: other)
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        _ = try bench.ec2.detachVolume(theirs)
        bench.ec2.advance(by: .seconds(3))
        _ = try bench.ec2.attachVolume(theirs, to: bench.instance, device: "/dev/sdg")
        for _ in 1...6 {
            try bench.ec2.setPower(.on, of: bench.machine)
            #expect(try bench.ec2.facts(of: bench.machine)[.disk(.root)] == .text(bench.root.rawValue))
            try bench.ec2.setPower(.shutDown, of: bench.machine)
        }
    }
}
