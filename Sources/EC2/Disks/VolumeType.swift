import LabCore

/// A type of EBS volume and its limits.
///
/// Rule: AWS-065.
package struct VolumeType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package static let gp2 = VolumeType(known: "gp2")
    package static let gp3 = VolumeType(known: "gp3")
    package static let io1 = VolumeType(known: "io1")
    package static let io2 = VolumeType(known: "io2")
    package static let st1 = VolumeType(known: "st1")
    package static let sc1 = VolumeType(known: "sc1")
    package static let standard = VolumeType(known: "standard")

    private init(known name: String) { rawValue = name }

    /// Reads a type in whatever case it is written; nothing when there is no such type.
    ///
    /// Rule: AWS-067.
    package init?(rawValue: String) {
        let name = rawValue.lowercased()
        guard Self.sizes[name] != nil else { return nil }
        self.rawValue = name
    }

    package var description: String { rawValue }

    /// The sizes that are allowed, in GiB.
    package var sizes: ClosedRange<Int> { Self.sizes[rawValue] ?? 1...1 }

    /// Whether an instance can boot from it.
    ///
    /// Rule: AWS-094.
    package var isBootable: Bool { self != .st1 && self != .sc1 }

    /// Whether several instances can have it at a time.
    ///
    /// Rule: AWS-093.
    package var isMultiAttachable: Bool { self == .io1 || self == .io2 }

    /// Whether the caller says how fast it is to be.
    var takesIOPS: Bool { self == .gp3 || self == .io1 || self == .io2 }

    private static let sizes = [
        "gp2": 1...16_384, "gp3": 1...65_536, "io1": 4...16_384, "io2": 4...65_536, "st1": 125...16_384,
        "sc1": 125...16_384, "standard": 1...1_024,
    ]
}

extension Volume.Shape {
    /// Checks a shape that was asked for, and fills in what was left out.
    ///
    /// Rule: AWS-065. Rule: AWS-066.
    package func settled() throws(EC2Fault) -> Volume.Shape {
        if size < type.sizes.lowerBound {
            throw .badShape("Volume of \(size)GiB is too small; minimum is \(type.sizes.lowerBound)GiB.", "AWS-065")
        }
        if size > type.sizes.upperBound {
            throw .badShape("Volume of \(size)GiB is too large; maximum is \(type.sizes.upperBound)GiB.", "AWS-065")
        }
        var settled = self
        settled.iops = try settledIOPS()
        settled.throughput = try settledThroughput(iops: settled.iops ?? 0)
        return settled
    }

    private func settledIOPS() throws(EC2Fault) -> Int? {
        if let iops, iops < 0 {
            throw .badShape(
                "Value (\(iops)) for parameter iops is invalid. Value must be a positive integer.", "AWS-066")
        }
        guard type.takesIOPS else {
            guard iops == nil else {
                throw .badShape("The parameter iops is not supported for \(type) volumes.", "AWS-066")
            }
            return type == .gp2 ? max(100, min(16_000, 3 * size)) : nil
        }
        guard let iops = iops ?? (type == .gp3 ? 3_000 : nil) else {
            throw EC2Fault(
                .missingParameter, "The parameter iops must be specified for \(type) volumes.", rule: "AWS-066")
        }
        if iops < 100 { throw .badShape("Volume iops of \(iops) is too low; minimum is 100.", "AWS-066") }
        let (most, perGiB) = type == .gp3 ? (80_000, 500) : type == .io1 ? (64_000, 50) : (256_000, 1_000)
        if iops > most { throw .badShape("Volume iops of \(iops) is too high; maximum is \(most).", "AWS-066") }
        let isBaseline = type == .gp3 && iops <= 3_000
        if !isBaseline, iops > perGiB * size {
            throw .badShape(
                "Iops to volume size ratio of \(sixDecimals(iops, size)) is too high; maximum is \(perGiB)", "AWS-066")
        }
        return isBaseline ? 3_000 : iops
    }

    private func settledThroughput(iops: Int) throws(EC2Fault) -> Int? {
        guard type == .gp3 else {
            guard throughput == nil else {
                throw .badShape("The parameter throughput is not supported for \(type) volumes.", "AWS-066")
            }
            return nil
        }
        let asked = max(125, throughput ?? 125)
        if asked > 2_000 { throw .badShape("Volume throughput of \(asked) is too high; maximum is 2000.", "AWS-066") }
        if asked * 4 > iops {
            throw .badShape(
                "Throughput (MiBps) to iops ratio of \(sixDecimals(asked, iops)) is too high; maximum is 0.250000",
                "AWS-066")
        }
        return asked
    }

    private func sixDecimals(_ dividend: Int, _ divisor: Int) -> String {
        let millionths = String(dividend * 1_000_000 / divisor % 1_000_000)
        return "\(dividend / divisor)." + String(repeating: "0", count: 6 - millionths.count) + millionths
    }
}
