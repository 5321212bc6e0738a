internal import Hypervisor

/// Firmware that keeps variables, such as what to boot, in a file of each machine.
package struct Firmware: Hashable, Sendable, Codable {
    /// The absolute path of the program, which is only read.
    package var program: String
    /// The absolute path of the variables that a new machine begins with.
    package var variables: String

    /// Makes a description of firmware.
    package init(program: String, variables: String) {
        self.program = program
        self.variables = variables
    }

    /// The UEFI firmware of the host's distribution, whether it is installed or not.
    package static var uefi: Firmware {
        let found = ["_4M", ""].map { size in
            Firmware(
                program: "/usr/share/OVMF/OVMF_CODE\(size).fd", variables: "/usr/share/OVMF/OVMF_VARS\(size).fd")
        }
        return found.first(where: \.isInstalled) ?? found[0]
    }

    /// Whether both files are there.
    package var isInstalled: Bool { Files.exists(program) && Files.exists(variables) }

    /// Copies a machine's variables, which QEMU writes to as long as the machine runs.
    static func copy(_ variables: String, to target: String) async throws(Refusal) {
        try await DiskImage.copy(variables, to: target)
        try DiskImage.restrict(target)
    }
}
