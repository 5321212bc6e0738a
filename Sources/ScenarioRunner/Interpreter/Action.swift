package import Hypervisor

/// One thing that the interpreter wants done on a platform.
package enum Action: Hashable, Sendable {
    case makeMachine(MachineSpec)
    case takeFacts(MachineID)
    case perform(ApplianceCommand, MachineID)
    case setPower(PowerAction, MachineID)
    case wait(Duration)
    case inject(Fault, MachineID)
    case takeSnapshot(SnapshotRequest, MachineID)
    case revert(RevertRequest, MachineID)
    case deleteSnapshot(Snapshot.ID, MachineID)
    case removeEverything
    case lookForLeftovers
}

/// What came of an action.
package enum ActionOutcome: Hashable, Sendable {
    /// It was done, and there is nothing to say about it.
    case done
    /// A machine was made.
    case made(MachineID)
    /// What was found about the machine.
    case facts(Facts)
    /// What the appliance said.
    case answer(ApplianceAnswer)
    /// The snapshot that was taken.
    case snapshot(Snapshot)
    /// What the revert did, as its provider reports it.
    case reverted(RevertReport)
    /// What is still there.
    case leftovers([String])
    /// It was not done.
    case refused(Refusal)
}
