import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import EC2

@Suite("Removing everything")
struct RemovalTests {
    @Test("everything is removed, whatever protects it, and nothing is left over")
    func removal() throws {
        var bench = try Bench()
        let image = try bench.makeImage()
        let snapshot = try bench.makeSnapshot(of: bench.data)
        _ = try bench.ec2.lockSnapshot(snapshot, mode: .compliance, days: 9)
        try bench.ec2.createRetentionRule(RetentionRule(period: .days(30)))
        let binned = try bench.makeSnapshot(of: bench.data)
        try bench.ec2.deleteSnapshot(binned)
        try bench.ec2.setDeregistrationProtection(of: image, true)
        try bench.ec2.modifyInstanceAttribute(of: bench.instance, [.disableAPIStop(true)])
        _ = try bench.makeVolume()
        let address = try bench.ec2.allocateAddress()
        try bench.ec2.associateAddress(address.id, with: bench.instance)
        try bench.ec2.inject(.call(verb: "*", occurrence: 1, effect: .refuse(code: nil)), into: bench.machine)
        let leftovers = bench.ec2.leftovers
        #expect(leftovers == leftovers.sorted() && leftovers.count == 10)
        try bench.ec2.removeEverything()
        #expect(bench.ec2.leftovers.isEmpty)
    }
}
