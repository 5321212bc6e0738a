public import LabCore

/// Makes a driver of any control plane: the actor owns the plane and hands every verb on to it.
public actor SimulatedDriver<Plane: ControlPlane>: HypervisorDriver {
    private var plane: Plane

    /// Makes a driver that owns a new plane whose every event follows from `seed`.
    public init(seed: UInt64) { plane = Plane(seed: seed) }

    /// The platform that the plane simulates.
    public nonisolated var platform: Platform { Plane.platform }
    /// What the plane can do.
    public nonisolated var capabilities: Capabilities { Plane.capabilities }
    /// What accounts for differences on the plane.
    public nonisolated var explanations: [Explanation] { Plane.explanations }
    /// Always true: time is the plane's own.
    public nonisolated var isSimulated: Bool { true }
    /// The provider that is written with the plane's native verbs.
    public nonisolated var referenceProvider: any SnapshotProvider { ReferenceProvider(driver: self) }

    /// A copy of the plane as it is now, to look at or to fork.
    public var snapshotOfPlane: Plane { plane }

    /// The virtual time of the plane.
    public var now: Instant { plane.now }
    /// Moves virtual time on, at once.
    public func wait(_ duration: Duration) { plane.advance(by: duration) }
    /// Takes out the plane's events.
    public func takeEvents() -> [Event] { plane.takeEvents() }

    /// Makes a machine on the plane.
    public func makeMachine(_ spec: MachineSpec) throws(Refusal) -> MachineID { try plane.makeMachine(spec) }
    /// Changes a machine's power.
    public func setPower(_ action: PowerAction, of machine: MachineID) throws(Refusal) {
        try plane.setPower(action, of: machine)
    }
    /// Has the appliance do something.
    public func perform(_ command: ApplianceCommand, on machine: MachineID) throws(Refusal) -> ApplianceAnswer {
        try plane.perform(command, on: machine)
    }
    /// Makes something go wrong later.
    public func inject(_ fault: Fault, into machine: MachineID) throws(Refusal) {
        try plane.inject(fault, into: machine)
    }
    /// Looks at a machine.
    public func facts(of machine: MachineID) throws(Refusal) -> Facts { try plane.facts(of: machine) }
    /// Removes all that was made.
    public func removeEverything() throws(Refusal) { try plane.removeEverything() }
    /// What is still there.
    public func leftovers() -> [String] { plane.leftovers }

    fileprivate func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) throws(Refusal) -> Snapshot {
        try plane.takeSnapshot(request, of: machine)
    }
    fileprivate func snapshots(of machine: MachineID) throws(Refusal) -> [Snapshot] {
        try plane.snapshots(of: machine)
    }
    fileprivate func revert(_ request: RevertRequest, of machine: MachineID) throws(Refusal) -> RevertReport {
        try plane.revert(request, of: machine)
    }
    fileprivate func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) throws(Refusal) {
        try plane.deleteSnapshot(snapshot, of: machine)
    }

    private struct ReferenceProvider: SnapshotProvider {
        let driver: SimulatedDriver

        func describe() async throws(Refusal) -> ProviderDescription {
            ProviderDescription(name: "\(Plane.platform) reference provider", capabilities: Plane.capabilities)
        }
        func takeSnapshot(_ request: SnapshotRequest, of machine: MachineID) async throws(Refusal) -> Snapshot {
            try await driver.takeSnapshot(request, of: machine)
        }
        func snapshots(of machine: MachineID) async throws(Refusal) -> [Snapshot] {
            try await driver.snapshots(of: machine)
        }
        func revert(_ request: RevertRequest, of machine: MachineID) async throws(Refusal) -> RevertReport {
            try await driver.revert(request, of: machine)
        }
        func deleteSnapshot(_ snapshot: Snapshot.ID, of machine: MachineID) async throws(Refusal) {
            try await driver.deleteSnapshot(snapshot, of: machine)
        }
    }
}
