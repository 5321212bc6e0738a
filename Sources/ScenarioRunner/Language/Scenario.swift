package import Hypervisor

/// A scenario as its file states it, with every value typed and checked.
package struct Scenario: Hashable, Sendable {
    /// The name, which no other scenario has.
    package var name: String
    /// The file it was read from.
    package var file: String
    /// What happens, in one line.
    package var title: String
    /// What a reader learns from it.
    package var teaches: String?
    /// Where it is written.
    package var sources: [String]
    /// The values that were chosen for the scenario's inputs, in the order of the file.
    package var inputs: [Input]
    /// The machine to make, but for what differs from platform to platform.
    package var machine: MachineSpec
    /// What the data disk is stored on, in the platform's own word; nothing for the platform's usual one.
    package var dataType: PerPlatform<String>?
    /// The platforms it is about; nothing for all.
    package var platforms: [Platform]?
    /// Platforms that are left out by hand, and why.
    package var exceptions: [Platform: String]
    /// Capabilities that must be there.
    package var requirements: [Capability]
    /// What holds once the machine is made and again at the end.
    package var steady: [Expectation]
    /// What is done.
    package var steps: [Step]
    /// What holds at the end of the steps.
    package var expectations: [Expectation]

    /// A value that was chosen for an input.
    package struct Input: Hashable, Sendable, Codable {
        package var name: String
        package var value: String
    }

    /// The name with the chosen inputs: `quiesce-fails[quiesce=required]`.
    package var fullName: String {
        inputs.isEmpty ? name : "\(name)[\(inputs.map { "\($0.name)=\($0.value)" }.joined(separator: ","))]"
    }

    /// The machine to make on a platform.
    package func machine(on platform: Platform) -> MachineSpec {
        var machine = machine
        guard let index = machine.disks.firstIndex(where: { $0.role == .data }) else { return machine }
        machine.disks[index].type = dataType?[platform]
        return machine
    }

    /// Whether the scenario is about a platform, as far as it says itself.
    package func concerns(_ platform: Platform) -> Bool {
        exceptions[platform] == nil && platforms?.contains(platform) != false
    }
}
