internal import Foundation
internal import Hypervisor

extension QcowImage {
    /// Lets go of what a snapshot that failed has written of a machine's memory; no machine may use the image.
    ///
    /// It stands behind the disk's own clusters, and QEMU keeps it among the present contents for the next snapshot to
    /// write over: to `qemu-img check` nothing is wrong with it. Without its entries in the first table it is a leak.
    func forgetSavedMemory() throws(Refusal) {
        let clustersOfTable = 1 << (clusterBits - 3)
        let count = (size + (clustersOfTable << clusterBits) - 1) / (clustersOfTable << clusterBits)
        guard isPlain, active.count > count else { return }
        let place = active.place + count * 8
        let length = (active.count - count) * 8
        guard try file.read(length, at: place).contains(where: { $0 != 0 }) else { return }
        do {
            let handle = try FileHandle(forUpdating: URL(filePath: path))
            try handle.seek(toOffset: UInt64(clamping: place))
            try handle.write(contentsOf: Data(count: length))
            try handle.close()
        } catch {
            throw Refusal(.lab, code: "BadImage", message: "\(path): \(error.localizedDescription)")
        }
    }
}
