import LabCore
import Testing

@testable import HyperV

@Suite struct VolumesTests {
    /// C: with 10 bytes, D: with 100.
    private static var volumes: Volumes {
        var volumes = Volumes()
        volumes.add(Volume(name: "D:", capacity: ByteCount(100)))
        volumes.add(Volume(name: "C:", capacity: ByteCount(10)))
        return volumes
    }

    private static func needed(_ sizes: [(String, Int64)]) -> [(path: FilePath, size: ByteCount)] {
        sizes.map { (FilePath(rawValue: $0.0), ByteCount($0.1)) }
    }

    @Test("what is needed on a volume is added up, and the first volume that is too small is named")
    func tooSmall() {
        let rows: [(needed: [(String, Int64)], found: String?)] = [
            ([], nil), ([("C:\\a", 10)], nil), ([("C:\\a", 11)], "C:"),
            ([("C:\\a", 6), ("D:\\b", 100), ("C:\\c", 4)], nil),
            ([("C:\\a", 6), ("C:\\c", 5)], "C:"), ([("D:\\a", 60), ("C:\\b", 11), ("D:\\c", 60)], "C:"),
            ([("D:\\a", 60), ("D:\\c", 60)], "D:"), ([("E:\\a", 0)], "E:"), ([("E:\\a", 0), ("C:\\b", 11)], "C:"),
            ([("B:\\a", 0), ("C:\\b", 11)], "B:"),
        ]
        for row in rows {
            #expect(Self.volumes.tooSmall(for: Self.needed(row.needed)) == row.found, "\(row.needed)")
        }
    }

    @Test("a volume that is away has no room, not even for nothing")
    func away() {
        var volumes = Self.volumes
        volumes.change("D:") { $0.isAvailable = false }
        #expect(volumes.tooSmall(for: Self.needed([("D:\\a", 0)])) == "D:")
        #expect(volumes.tooSmall(for: Self.needed([("C:\\a", 0)])) == nil)
    }

    @Test("room is taken and given back where a file lies, and nowhere else")
    func occupied() {
        var volumes = Self.volumes
        let path = FilePath(rawValue: "D:\\a")
        volumes.occupy(at: path, instead: .zero, ByteCount(30))
        #expect(volumes["D:"]?.used == ByteCount(30))
        #expect(volumes["C:"]?.used == .zero)
        volumes.occupy(at: path, instead: ByteCount(30), ByteCount(20))
        #expect(volumes[of: path]?.used == ByteCount(20))
        volumes.occupy(at: FilePath(rawValue: "E:\\a"), instead: .zero, ByteCount(20))
        #expect(volumes.names == ["C:", "D:"])
    }
}
