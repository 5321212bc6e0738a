package import Hypervisor

/// The appliance in a guest, worked through the guest's agent; it answers as the simulated one does.
package struct GuestAppliance: Sendable {
    /// Runs a program in the guest and waits for its end.
    package typealias Exec = @Sendable (GuestProgram) async throws(Refusal) -> GuestExecResult
    /// Cuts the machine's power at once, as a power failure does.
    package typealias CutPower = @Sendable () async throws(Refusal) -> Void

    let images: GuestImages
    let exec: Exec
    let cutPower: CutPower

    /// Makes a hand on the appliance of one machine.
    ///
    /// - Parameters:
    ///   - images: makes the packages of upgrades.
    ///   - exec: runs a program in the guest; refuses when the agent does not answer or the machine is not on.
    ///   - cutPower: cuts the machine's power when an upgrade has reached the operation at which it is to fail so.
    package init(images: GuestImages, exec: @escaping Exec, cutPower: @escaping CutPower) {
        self.images = images
        self.exec = exec
        self.cutPower = cutPower
    }

    /// Waits until the appliance has come up or has given up, from the moment the agent answers.
    package func waitUntilStarted() async throws(Refusal) -> ApplianceStatus {
        throw Refusal(.lab, code: "NoAppliance", message: "no appliance in this guest")
    }

    /// Has the appliance do something, and waits for its answer.
    ///
    /// - Parameter address: the machine's present address inside the network, for ``ApplianceCommand/correctAddresses``.
    package func perform(_ command: ApplianceCommand, address: String) async throws(Refusal) -> ApplianceAnswer {
        throw Refusal(.lab, code: "NoAppliance", message: "no appliance in this guest")
    }

    /// The facts that a running guest tells: all contents, with clean caches dropped first so that they are read from the
    /// disks, how disks and database came up, and what is in memory.
    package func facts() async throws(Refusal) -> Facts {
        throw Refusal(.lab, code: "NoAppliance", message: "no appliance in this guest")
    }
}
