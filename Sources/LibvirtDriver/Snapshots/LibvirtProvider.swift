internal import Hypervisor

/// The provider that takes snapshots as libvirt does, and does itself what this libvirt does not.
struct LibvirtProvider: SnapshotProvider {
    let driver: LibvirtDriver

    func describe() async throws(Refusal) -> ProviderDescription {
        ProviderDescription(name: "libvirt reference provider", capabilities: driver.capabilities)
    }

    func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) async throws(Refusal) -> Snapshot {
        try await driver.takeSnapshot(request, of: machine)
    }

    func snapshots(of machine: MachineID) async throws(Refusal) -> [Snapshot] {
        try await driver.record(of: machine).snapshots.map(\.snapshot)
    }

    func revert(_ request: RevertRequest, of machine: MachineID) async throws(Refusal) -> RevertReport {
        try await driver.revert(request, of: machine)
    }

    func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) async throws(Refusal) {
        try await driver.deleteSnapshot(snapshot, of: machine)
    }
}
