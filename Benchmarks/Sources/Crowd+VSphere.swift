import Hypervisor
import LabCore
import SimulatedMachine
import VSphere

extension VSphere: CyclesInPlace {
    mutating func crowd(_ count: Int) throws {
        for number in 0..<count {
            try placeFile(
                FilePath("datastore1", "others-\(number / 10)", "\(number).log"), StoredFile(.log, size: .kibibytes(4)))
        }
    }

    mutating func write(_ number: Int, on machine: MachineID) throws {
        let id = Moref<VirtualMachine>(machine.rawValue)
        guard let key = try lastDisk(of: machine) else { return }
        try writeDisk(key, of: id) { $0.write(number) }
    }

    func written(on machine: MachineID) throws -> Int {
        let id = Moref<VirtualMachine>(machine.rawValue)
        return try lastDisk(of: machine).flatMap { content(of: $0, in: id)?.writtenBlocks } ?? 0
    }

    mutating func cycle(of machine: MachineID, undoing change: (inout Self) throws -> Void) throws {
        let id = Moref<VirtualMachine>(machine.rawValue)
        guard let user = users.keys.min(), let password = users[user]?.password else { return }
        _ = try login(userName: user, password: password)
        let task = try wait(for: createSnapshot(SnapshotSpec(name: "cycle", memory: false, quiesce: false), of: id))
        guard case .success(.snapshot(let snapshot)?, _, _) = task.state else { return }
        try change(&self)
        _ = try wait(for: revertToSnapshot(snapshot))
        _ = try wait(for: removeSnapshot(snapshot, removeChildren: false))
        try logout()
    }

    private func lastDisk(of id: MachineID) throws -> Int? {
        try virtualMachine(Moref(id.rawValue)).config.disks.last { $0.role != nil }?.key
    }
}
