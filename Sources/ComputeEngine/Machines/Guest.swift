package import Hypervisor

/// What lies on a boot disk: the appliance, and how its guest agent is set.
///
/// It goes with the data from disk to snapshot to disk, as licences and operating system features do. Rule: GCE-050.
package struct Guest: Hashable, Sendable {
    /// The machine that the appliance was installed for.
    package var spec: MachineSpec
    /// The family of machines that came from one installation and share what is kept outside of them.
    package var family: UInt64
    /// Whether the agent runs the scripts around snapshots; off until somebody switches it on.
    ///
    /// Rule: GCE-073.
    package var runsSnapshotScripts: Bool
    /// What the image is licensed as.
    package var licenses: [String]

    package init(spec: MachineSpec, family: UInt64, runsSnapshotScripts: Bool = false, licenses: [String] = []) {
        self.spec = spec
        self.family = family
        self.runsSnapshotScripts = runsSnapshotScripts
        self.licenses = licenses
    }

    /// The device name under which the guest looks for the disk of a role, beside its boot disk.
    ///
    /// Rule: GCE-103.
    package static func deviceName(_ role: DiskRole) -> String {
        switch role {
        case .root: "boot"
        case .data: "data"
        }
    }
}
