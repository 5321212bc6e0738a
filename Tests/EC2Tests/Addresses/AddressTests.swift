import LabCore
import HashTreeCollections
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Elastic addresses")
struct AddressTests {
    @Test("an address moves from instance to instance, and is released when nobody has it")
    func life() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let other = try bench.ec2.runInstances(RunInstances(image: image))[0].id
        bench.ec2.advance(by: .minutes(1))
        let (address, instance) = (try bench.ec2.allocateAddress(), bench.instance)
        try bench.ec2.associateAddress(address.id, with: instance)
        #expect(bench.record?.publicAddress == address.publicAddress)
        bench.refuses("InvalidIPAddress.InUse") { try $0.releaseAddress(address.id) }
        try bench.ec2.associateAddress(address.id, with: other)
        #expect(bench.record?.publicAddress == nil)
        #expect(bench.ec2.instances[other]?.publicAddress == address.publicAddress)
        try bench.ec2.disassociateAddress(address.id)
        bench.refuses("InvalidAssociationID.NotFound") { try $0.disassociateAddress(address.id) }
        try bench.ec2.releaseAddress(address.id)
        bench.refuses("InvalidAllocationID.NotFound") { try $0.releaseAddress(address.id) }
    }

    @Test("an account has five addresses at most")
    func limit() throws {
        var bench = try Bench()
        for _ in 0..<5 { _ = try bench.ec2.allocateAddress() }
        bench.refuses("AddressLimitExceeded") { _ = try $0.allocateAddress() }
    }
}
