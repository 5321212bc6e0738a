import LabCore

/// The volumes of a host, of which there are a few, by name.
package struct Volumes: Hashable, Sendable {
    private var all: [Volume] = []

    /// The names, sorted.
    package var names: [String] { all.map(\.name) }

    /// A volume by its name.
    package subscript(name: String) -> Volume? { all.first { $0.name == name } }

    /// The volume that a file lies on.
    package subscript(of path: FilePath) -> Volume? { place(of: path).map { all[$0] } }

    private func place(of path: FilePath) -> Int? { all.firstIndex { path.isOn(volume: $0.name) } }

    /// Adds a volume.
    mutating func add(_ volume: Volume) {
        all.append(volume)
        all.sort { $0.name < $1.name }
    }

    /// Changes a volume, where there is one of that name.
    mutating func change(_ name: String, _ change: (inout Volume) -> Void) {
        if let place = all.firstIndex(where: { $0.name == name }) { change(&all[place]) }
    }

    /// Moves the room that is used where a file lies from one size of something to another.
    mutating func occupy(at path: FilePath, instead old: ByteCount, _ new: ByteCount) {
        if old != new, let place = place(of: path) { all[place].occupy(instead: old, new) }
    }

    /// The first volume, by name, that has not got the room for what is to lie on it; one that is not there has none.
    func tooSmall(for needed: [(path: FilePath, size: ByteCount)]) -> String? {
        let stray = needed.lazy.filter { place(of: $0.path) == nil }.map(\.path.volume).min()
        let full = all.first { volume in
            var (isMeant, sum) = (false, ByteCount.zero)
            for (path, size) in needed where path.isOn(volume: volume.name) { (isMeant, sum) = (true, sum + size) }
            return isMeant && !(volume.isAvailable && volume.free >= sum)
        }
        guard let stray, let full else { return stray ?? full?.name }
        return min(stray, full.name)
    }
}
