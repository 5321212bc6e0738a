import AzureCompute
import ComputeEngine
import EC2
import Hypervisor
import LabCore
import SimulatedMachine

/// A plane that can hold many resources beside the machine that is measured.
protocol Crowdable: ControlPlane {
    /// Adds `count` resources of the kind that is the quickest to make, and lets them come to rest.
    mutating func crowd(_ count: Int) throws

    /// Writes something new to the data disk of a machine, as the state in which a revert leaves the machine allows.
    ///
    /// - Parameters:
    ///   - number: which of the things that are written it is, from 0 up.
    ///   - machine: whose disk it is.
    /// - Throws: what the plane refuses.
    mutating func write(_ number: Int, on machine: MachineID) throws

    /// How many things that were written are there.
    func written(on machine: MachineID) throws -> Int
}

/// A plane whose own verbs take a snapshot, go back to it and remove it in place.
protocol CyclesInPlace: Crowdable {
    /// Takes a snapshot, does something, goes back and removes the snapshot, and waits for each of the three.
    ///
    /// - Parameters:
    ///   - machine: it is off.
    ///   - change: what is done after the snapshot, and is undone.
    /// - Throws: what the plane refuses.
    mutating func cycle(of machine: MachineID, undoing change: (inout Self) throws -> Void) throws
}

/// The guest writes a record; a machine that a revert left off is started for that, so that a boot is in each cycle.
extension Crowdable {
    mutating func write(_ number: Int, on machine: MachineID) throws {
        do {
            _ = try perform(.write(records: 1), on: machine)
        } catch let refusal where refusal.code == "GuestNotRunning" {
            try setPower(.on, of: machine)
            _ = try perform(.write(records: 1), on: machine)
            try setPower(.shutDown, of: machine)
        }
    }

    func written(on machine: MachineID) throws -> Int {
        guard case .number(let records) = try facts(of: machine)[.records] else { return 0 }
        return records
    }
}

extension EC2: Crowdable {
    mutating func crowd(_ count: Int) throws {
        settings.quotas.volumes = .max / 2
        settings.quotas.storage = .max / 2
        for _ in 0..<count { _ = try createVolume(CreateVolume(zone: settings.zones[0], size: 1, type: "gp3")) }
        advance(by: .hours(1))
    }
}

extension ComputeEngine: Crowdable {
    mutating func crowd(_ count: Int) throws {
        settings.quotas.disks = .max / 2
        for number in 0..<count {
            _ = try insertDisk(InsertDisk(name: "other-\(number)", sizeGB: 10), zone: settings.zones[0])
        }
        advance(by: .hours(1))
    }
}

extension AzureCompute: Crowdable {
    mutating func crowd(_ count: Int) throws {
        settings.quotas.disks = .max / 2
        let group = settings.provider.group
        let location = settings.location
        for number in 0..<count {
            var request = CreateDisk(location: location, .init(.empty))
            request.sizeGB = 4
            let id = ResourceID(.disks, ["other-\(number)"], in: group, of: settings.subscription)
            _ = try createDisk(id, request)
            if number % 100 == 99 { advance(by: .hours(1)) }
        }
    }
}

extension Disk {
    /// Writes a block that nobody else has written, counted from the end of the disk.
    mutating func write(_ number: Int) { self[blockCount - 1 - number] = Block(token: UInt64(number)) }
}
