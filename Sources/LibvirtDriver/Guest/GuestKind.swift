package import Hypervisor

/// Which guest is wanted.
package enum GuestKind: Hashable, Sendable {
    /// A kernel, busybox and the guest agent in memory, with an empty disk: for tests of the driver and to probe accelerators.
    case tiny
    /// A small Debian with dpkg, a real database and the appliance of `recipe` installed as a package.
    case debian(GuestRecipe)
}

/// What a Debian guest is made for.
package struct GuestRecipe: Hashable, Sendable {
    /// The appliance that is installed.
    package var appliance: Appliance
    /// The version that is installed.
    package var version: String
    /// What the appliance keeps where.
    package var layout: MachineSpec.Layout
    /// Whether the user's data has a disk of its own; else it lives on the root disk.
    package var hasDataDisk: Bool

    /// Makes a recipe.
    package init(
        appliance: Appliance, version: String, layout: MachineSpec.Layout = MachineSpec.Layout(),
        hasDataDisk: Bool = true
    ) {
        self.appliance = appliance
        self.version = version
        self.layout = layout
        self.hasDataDisk = hasDataDisk
    }

    /// The recipe for a machine; sizes of disks and memory are the guest's own and not those of `spec`.
    package init(for spec: MachineSpec) {
        self.init(
            appliance: spec.appliance, version: spec.version, layout: spec.layout,
            hasDataDisk: spec.disks.contains { $0.role == .data })
    }
}
