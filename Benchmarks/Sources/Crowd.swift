import AzureCompute
import ComputeEngine
import EC2
import Hypervisor
import HyperV
import LabCore
import SimulatedMachine
import VSphere

/// A plane that can hold many resources beside the machine that is measured.
protocol Crowdable: ControlPlane {
    /// Adds `count` resources of the kind that is the quickest to make, and lets them come to rest.
    mutating func crowd(_ count: Int) throws
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

extension HyperV: Crowdable {
    mutating func crowd(_ count: Int) throws {
        for number in 0..<count {
            try newVHD(NewVHD(path: FilePath("D:\\Others", "other-\(number).vhdx"), size: .mebibytes(64)))
        }
        advance(by: .hours(1))
    }
}

extension VSphere: Crowdable {
    mutating func crowd(_ count: Int) throws {
        for number in 0..<count {
            try placeFile(
                FilePath("datastore1", "others-\(number / 10)", "\(number).log"), StoredFile(.log, size: .kibibytes(4)))
        }
    }
}
