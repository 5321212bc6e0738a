package import LabCore

/// A type of instance: its processors and its memory.
package struct InstanceType: Hashable, Sendable {
    package var name: String
    package var processors: Int
    package var memory: ByteCount

    /// The types there are, smallest first.
    package static let all = [
        make("t3.micro", 2, 1), make("t3.small", 2, 2), make("t3.medium", 2, 4), make("m5.large", 2, 8),
        make("m5.xlarge", 4, 16), make("m5.2xlarge", 8, 32), make("m5.4xlarge", 16, 64), make("m5.8xlarge", 32, 128),
        make("m5.16xlarge", 64, 256),
    ]

    private static func make(_ name: String, _ processors: Int, _ gibibytes: Int) -> InstanceType {
        InstanceType(name: name, processors: processors, memory: .gibibytes(gibibytes))
    }

    /// Finds a type by its name.
    package init(named name: String) throws(EC2Fault) {
        guard let type = Self.all.first(where: { $0.name == name }) else {
            throw EC2Fault(
                "InvalidInstanceAttributeValue", "The instance type '\(name)' is not valid.", rule: "AWS-106")
        }
        self = type
    }

    private init(name: String, processors: Int, memory: ByteCount) {
        self.name = name
        self.processors = processors
        self.memory = memory
    }

    /// The smallest type with so much memory, or the largest there is.
    package static func fitting(_ memory: ByteCount) -> InstanceType {
        all.first { $0.memory >= memory } ?? all[all.count - 1]
    }
}
