import HashTreeCollections
import LabCore
import SimulatedMachine

extension HyperV {
    /// Deletes a file, whatever stands on it.
    ///
    /// `Remove-Item`; only a file that a machine has open is protected. Rule: HV-101.
    package mutating func removeItem(_ path: FilePath) throws(HyperVFault) {
        try call("Remove-Item", on: path.rawValue) { (plane) throws(HyperVFault) in
            let file = try plane.file(path)
            if let owner = file.owner, let machine = plane.machines[owner], machine.state != .off {
                throw .inUse(path, by: "machine \(owner)", rule: "HV-073")
            }
            plane.erase(path)
        }
    }

    /// Folds a chain that nobody has open into one file; what lies between stays, and is good for nothing.
    ///
    /// `Merge-VHD`. Rule: HV-102.
    package mutating func mergeVHD(_ source: FilePath, into destination: FilePath) throws(HyperVFault) {
        try call("Merge-VHD", on: source.rawValue) { (plane) throws(HyperVFault) in
            let chain = plane.chain(from: source)
            guard let end = chain.firstIndex(of: destination), end > 0 else {
                throw HyperVFault(.invalidParameter, "'\(destination)' is not above '\(source)'.")
            }
            for path in chain[...end] {
                let file = try plane.file(path)
                if let owner = file.owner, plane.machines[owner]?.state != .off {
                    throw .inUse(path, by: "machine \(owner)", rule: "HV-102")
                }
                if let holder = file.holder { throw .inUse(path, by: holder, rule: "HV-102") }
            }
            guard let content = plane.content(of: source) else { return }
            plane.files[destination]?.content = content
            plane.files[destination]?.stamp += 1
            plane.measure(destination)
            plane.erase(source)
        }
    }
}
