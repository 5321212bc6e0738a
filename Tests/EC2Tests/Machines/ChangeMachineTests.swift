import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Attributes of instances")
struct ChangeMachineTests {
    @Test(
        "AWS-105: type, user data and EBS optimization change only while the instance is stopped",
        arguments: [
            InstanceAttribute.type("m5.xlarge"), .userData("x"), .isEBSOptimized(true),
        ])
    func onlyStopped(attribute: InstanceAttribute) throws {
        var bench = try Bench()
        let instance = bench.instance
        bench.refuses(.incorrectInstanceState, "The instance '\(instance)' is not in the 'stopped' state.", "AWS-105") {
            try $0.modifyInstanceAttribute(of: instance, [attribute])
        }
        try bench.ec2.setPower(.shutDown, of: bench.machine)
        let before = bench.record
        try bench.ec2.modifyInstanceAttribute(of: instance, [attribute])
        #expect(bench.record != before)
    }

    @Test("AWS-106: one attribute in a call, and a type that exists")
    func values() throws {
        var bench = try Bench.stopped()
        let instance = bench.instance
        bench.refuses(.invalidParameterCombination, nil, "AWS-106") {
            try $0.modifyInstanceAttribute(of: instance, [.disableAPIStop(true), .disableAPITermination(true)])
        }
        bench.refuses("InvalidInstanceAttributeValue", nil, "AWS-106") {
            try $0.modifyInstanceAttribute(of: instance, [.type("z9.huge")])
        }
    }

    @Test("AWS-107: the flag of a device changes while the instance runs; without a value it is set")
    func flag() throws {
        var bench = try Bench()
        let (instance, data) = (bench.instance, bench.data)
        try bench.ec2.modifyInstanceAttribute(of: instance, [.deleteOnTermination(device: "/dev/sdf", nil)])
        #expect(bench.ec2.volumes[data]?.attachment?.deleteOnTermination == true)
        bench.refuses(
            bench.ec2.settings.inferred.unmappedDevice, "No device is currently mapped at /dev/sdz", "AWS-107"
        ) { try $0.modifyInstanceAttribute(of: instance, [.deleteOnTermination(device: "/dev/sdz", true)]) }
    }

    @Test("AWS-109: a root that was put in by hand stays behind when the instance is terminated")
    func leakedRoot() throws {
        var bench = try Bench.stopped()
        let root = bench.root
        _ = try bench.ec2.detachVolume(root)
        bench.ec2.advance(by: .seconds(3))
        #expect(try !bench.ec2.attachVolume(root, to: bench.instance, device: "/dev/sda1").deleteOnTermination)
        bench.ec2.advance(by: .seconds(3))
        _ = try bench.ec2.terminateInstances([bench.instance])
        bench.ec2.advance(by: .minutes(1))
        #expect(bench.ec2.volumes[root]?.state == .available)
    }
}
