import Hypervisor
import LabCore
import SimulatedMachine
import VSphere

extension VSphere: Crowdable {
    mutating func crowd(_ count: Int) throws {
        for number in 0..<count {
            try placeFile(
                FilePath("datastore1", "others-\(number / 10)", "\(number).log"), StoredFile(.log, size: .kibibytes(4)))
        }
    }

    mutating func write(_ number: Int, on machine: MachineID) throws {
        let id = Moref<VirtualMachine>(machine.rawValue)
        guard let key = try dataDisk(of: id) else { return }
        try writeDisk(key, of: id) { $0.write(number) }
    }

    func written(on machine: MachineID) throws -> Int {
        let id = Moref<VirtualMachine>(machine.rawValue)
        return try dataDisk(of: id).flatMap { content(of: $0, in: id)?.writtenBlocks } ?? 0
    }

    private func dataDisk(of id: Moref<VirtualMachine>) throws -> Int? {
        try virtualMachine(id).config.disks.first(where: { $0.role == .data })?.key
    }
}
