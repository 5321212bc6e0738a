import Hypervisor

/// What a part of a run is for; a report says how much time each took.
package enum RunPhase: String, Hashable, Sendable, Codable, CaseIterable {
    /// The machine is made, and boots until its appliance is healthy.
    case make
    /// What the scenario does to the machine before the first revert, but for snapshots and upgrades.
    case work
    /// Snapshots are taken.
    case snapshot
    /// Upgrades run, and fail where they are made to.
    case upgrade
    /// The machine goes back to a snapshot.
    case revert
    /// What is done to the machine once it was brought back, such as switching it on.
    case recover
    /// Snapshots are deleted.
    case delete
    /// Facts are taken.
    case check
    /// Everything that was made is removed, and what stayed is looked for.
    case remove
}

/// How long a run was in a phase, on the platform's clock.
package struct PhaseTime: Hashable, Sendable, Codable {
    package var phase: RunPhase
    /// How many actions that were.
    package var actions: Int
    package var milliseconds: Int
}

/// Counts how long a run is in each phase.
struct PhaseTally: Sendable {
    private var spent: [RunPhase: (actions: Int, time: Duration)] = [:]
    private var hasReverted = false

    /// The phases that came, in the order of ``RunPhase``.
    var times: [PhaseTime] {
        RunPhase.allCases.compactMap { phase in
            spent[phase].map { PhaseTime(phase: phase, actions: $0.actions, milliseconds: $0.time.milliseconds) }
        }
    }

    /// Counts an action that was done, and says which phase it belongs to.
    mutating func add(_ action: Action, _ outcome: ActionOutcome, took time: Duration) -> RunPhase {
        let phase = phase(of: action)
        let before = spent[phase] ?? (0, .zero)
        spent[phase] = (before.actions + 1, before.time + time)
        if case .reverted = outcome { hasReverted = true }
        return phase
    }

    private func phase(of action: Action) -> RunPhase {
        switch action {
        case .makeMachine: .make
        case .takeFacts: .check
        case .perform(let command, _) where command.isUpgrade: .upgrade
        case .perform, .setPower, .wait, .inject: hasReverted ? .recover : .work
        case .takeSnapshot: .snapshot
        case .revert: .revert
        case .deleteSnapshot: .delete
        case .removeEverything, .lookForLeftovers: .remove
        }
    }
}

extension ApplianceCommand {
    fileprivate var isUpgrade: Bool {
        if case .upgrade = self { return true }
        return false
    }
}
