package import LabCore

/// A size of machines.
package struct VirtualMachineSize: Hashable, Sendable {
    package let name: String
    package let cores: Int
    package let memory: ByteCount
    /// Rule: AZ-063.
    package let maxDataDisks: Int
    /// Rule: AZ-064.
    package let supportsPremium: Bool
    /// The generations of OS disks that it boots.
    ///
    /// Rule: AZ-070.
    package let generations: Set<Generation>
    /// Whether it is of the generations of processors without a common instant for several data disks.
    ///
    /// Rule: AZ-116.
    package let lacksCommonInstant: Bool

    private init(
        _ name: String, cores: Int, memory: Int, disks: Int, premium: Bool = true,
        generations: Set<Generation> = [.v1, .v2], lacksCommonInstant: Bool = false
    ) {
        self.name = name
        self.cores = cores
        self.memory = .gibibytes(memory)
        maxDataDisks = disks
        supportsPremium = premium
        self.generations = generations
        self.lacksCommonInstant = lacksCommonInstant
    }

    /// The sizes that the lab knows, from the smaller to the larger.
    package static let all = [
        VirtualMachineSize("Standard_B1s", cores: 1, memory: 1, disks: 2),
        VirtualMachineSize("Standard_A1_v2", cores: 1, memory: 2, disks: 2, premium: false, generations: [.v1]),
        VirtualMachineSize("Standard_D2s_v5", cores: 2, memory: 8, disks: 4),
        VirtualMachineSize("Standard_D2_v5", cores: 2, memory: 8, disks: 4, premium: false),
        VirtualMachineSize("Standard_DC2s_v2", cores: 2, memory: 8, disks: 2, generations: [.v2]),
        VirtualMachineSize(
            "Standard_D2s_v6", cores: 2, memory: 8, disks: 4, generations: [.v2], lacksCommonInstant: true),
        VirtualMachineSize("Standard_D4s_v5", cores: 4, memory: 16, disks: 8),
        VirtualMachineSize("Standard_D8s_v5", cores: 8, memory: 32, disks: 16),
        VirtualMachineSize("Standard_D16s_v5", cores: 16, memory: 64, disks: 32),
    ]

    /// The size with a name.
    static func named(_ name: String) throws(AzureFault) -> VirtualMachineSize {
        guard let found = all.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw .invalid("vmSize", "The value \(name) provided for the VM size is not valid.")
        }
        return found
    }

    /// The smallest size of the usual family that has this much memory.
    static func fitting(_ memory: ByteCount) -> VirtualMachineSize {
        let usual = all.filter { $0.name.hasSuffix("s_v5") }
        return usual.first { $0.memory >= memory } ?? usual[usual.count - 1]
    }
}
