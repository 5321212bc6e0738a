/// An amount of storage, memory or traffic, in bytes.
public struct ByteCount: Hashable, Comparable, Sendable, Codable {
    /// The amount in bytes; never negative.
    public let bytes: Int64

    /// Makes an amount of bytes; traps when it is negative.
    public init(_ bytes: Int64) {
        precondition(bytes >= 0, "an amount of bytes cannot be negative, found \(bytes)")
        self.bytes = bytes
    }

    /// Reads a whole number of bytes.
    ///
    /// - Throws: `DecodingError` when it is negative.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let bytes = try container.decode(Int64.self)
        guard bytes >= 0 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "negative amount of bytes")
        }
        self.bytes = bytes
    }

    /// Writes a whole number of bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    /// Nothing.
    public static let zero = ByteCount(0)

    /// A number of kibibytes of 1,024 bytes.
    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(Int64(count) << 10) }

    /// A number of mebibytes of 1,024 kibibytes.
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(Int64(count) << 20) }

    /// A number of gibibytes of 1,024 mebibytes.
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(Int64(count) << 30) }

    /// The amount in whole gibibytes, rounded up.
    public var gibibytesRoundedUp: Int { Int((bytes + (1 << 30) - 1) >> 30) }

    /// Orders amounts from the smaller to the larger.
    public static func < (a: ByteCount, b: ByteCount) -> Bool { a.bytes < b.bytes }
    /// The sum of two amounts.
    public static func + (a: ByteCount, b: ByteCount) -> ByteCount { ByteCount(a.bytes + b.bytes) }
    /// Adds an amount.
    public static func += (a: inout ByteCount, b: ByteCount) { a = a + b }

    /// The time it takes to move this amount at `rate` bytes a second.
    public func time(at rate: ByteCount) -> Duration {
        precondition(rate > .zero, "nothing ever arrives at a rate of zero")
        let (seconds, rest) = bytes.quotientAndRemainder(dividingBy: rate.bytes)
        return .seconds(seconds) + .nanoseconds(rest * 1_000 / rate.bytes * 1_000_000)
    }
}

extension ByteCount: CustomStringConvertible {
    /// The amount in the largest unit that shows no more than one decimal place: `8 GiB`, `1.5 MiB`, `12 B`.
    public var description: String {
        let units: [(shift: Int64, name: String)] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
        for unit in units where bytes >= 1 << unit.shift {
            let tenths = bytes / (1 << unit.shift) * 10 + (bytes % (1 << unit.shift)) * 10 / (1 << unit.shift)
            return tenths % 10 == 0 ? "\(tenths / 10) \(unit.name)" : "\(tenths / 10).\(tenths % 10) \(unit.name)"
        }
        return "\(bytes) B"
    }
}
