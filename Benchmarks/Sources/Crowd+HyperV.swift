import HyperV
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV: Crowdable {
    mutating func crowd(_ count: Int) throws {
        for number in 0..<count {
            try newVHD(NewVHD(path: FilePath("D:\\Others", "other-\(number).vhdx"), size: .mebibytes(64)))
        }
        advance(by: .hours(1))
    }

    mutating func write(_ number: Int, on machine: MachineID) throws {
        guard let path = try dataDisk(of: machine) else { return }
        write(path) { $0.write(number) }
    }

    func written(on machine: MachineID) throws -> Int {
        try dataDisk(of: machine).flatMap { content(of: $0)?.writtenBlocks } ?? 0
    }

    private func dataDisk(of id: MachineID) throws -> FilePath? {
        try machine(VirtualMachine.ID(rawValue: id.rawValue)).config.drives.first { $0.role == .data }?.path
    }
}
