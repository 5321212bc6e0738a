import Hypervisor
import LabCore

/// Typed values of nodes that were found to fit their shapes.
extension SourceNode {
    var integer: Int? { text.flatMap(Int.init) }

    var flag: Bool? {
        guard case .scalar(let text, let isQuoted) = content else { return nil }
        return Shape.flag(text, isQuoted: isQuoted)
    }

    var byteCount: ByteCount? {
        guard let text else { return nil }
        return try? Units.byteCount(text)  // The checker has given its sentence.
    }

    var duration: Duration? {
        guard let text else { return nil }
        return try? Units.duration(text)  // The checker has given its sentence.
    }

    /// The texts of a list.
    var texts: [String] { items.compactMap(\.text) }

    var capabilities: [Capability] { texts.compactMap(Capability.init(rawValue:)) }
    var platforms: [Platform] { texts.map(Platform.init(rawValue:)) }
    var roles: [DiskRole] { texts.compactMap(DiskRole.init(rawValue:)) }

    /// The value on each platform.
    func perPlatform<Value>(_ decode: (SourceNode) -> Value?) -> PerPlatform<Value>? {
        guard isPerPlatform else { return decode(self).map { PerPlatform($0) } }
        var result = PerPlatform<Value>(values: [:], otherwise: nil)
        for entry in entries {
            if entry.key == "otherwise" {
                result.otherwise = decode(entry.value)
            } else {
                result.values[Platform(rawValue: entry.key)] = decode(entry.value)
            }
        }
        return result
    }
}
