import HyperV
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV: CyclesInPlace {
    mutating func crowd(_ count: Int) throws {
        for number in 0..<count {
            try newVHD(NewVHD(path: FilePath("D:\\Others", "other-\(number).vhdx"), size: .mebibytes(64)))
        }
        advance(by: .hours(1))
    }

    mutating func write(_ number: Int, on machine: MachineID) throws {
        guard let path = try lastDisk(of: machine) else { return }
        write(path) { $0.write(number) }
    }

    func written(on machine: MachineID) throws -> Int {
        try lastDisk(of: machine).flatMap { content(of: $0)?.writtenBlocks } ?? 0
    }

    mutating func cycle(of machine: MachineID, undoing change: (inout Self) throws -> Void) throws {
        let id = try guid(of: machine)
        let job = try wait(for: checkpointVM(id, CheckpointRequest(name: "cycle")))
        guard case .checkpoint(let checkpoint) = job.affected else { return }
        try change(&self)
        try wait(for: restoreVMSnapshot(checkpoint, confirm: .given))
        try wait(for: removeVMSnapshot(checkpoint))
    }

    private func guid(of machine: MachineID) throws(Refusal) -> VirtualMachine.ID {
        guard let id = VirtualMachine.ID(rawValue: machine.rawValue) else {
            throw Refusal(.refused, code: "NoMachine", message: "\(machine) is no machine of Hyper-V.")
        }
        return id
    }

    private func lastDisk(of id: MachineID) throws -> FilePath? {
        try machine(guid(of: id)).configBox.drives.last { $0.role != nil }?.path
    }
}
