package import Hypervisor

/// A scenario on one platform: all that the interpreter has to know before it begins.
package struct Plan: Hashable, Sendable {
    /// The scenario.
    package var scenario: Scenario
    /// The platform.
    package var platform: Platform
    /// What the platform's driver can do.
    package var driver: Capabilities
    /// What the provider claims to be able to do.
    package var provider: Capabilities
    /// What accounts for the differences that a revert on this platform leaves.
    package var explanations: [Explanation]
    /// Whether everything is left where it is at the end.
    package var keepsEverything: Bool

    package init(
        scenario: Scenario, platform: Platform, driver: Capabilities = Capabilities(),
        provider: Capabilities = Capabilities(), explanations: [Explanation] = [], keepsEverything: Bool = false
    ) {
        self.scenario = scenario
        self.platform = platform
        self.driver = driver
        self.provider = provider
        self.explanations = explanations
        self.keepsEverything = keepsEverything
    }

    /// Whether driver and provider both have a capability.
    package func has(_ capability: Capability) -> Bool { driver.has(capability) && provider.has(capability) }

    /// The first capability that the scenario needs and that is not there, and why it is not.
    package var missing: (capability: Capability, note: Note)? {
        for capability in needs {
            if let note = driver.reason(without: capability) ?? provider.reason(without: capability) {
                return (capability, note)
            }
        }
        return nil
    }

    /// The capabilities that the scenario needs here, each once, in the order in which they are needed.
    package var needs: [Capability] {
        var walk = Needs(plan: self)
        walk.add([scenario.machine.appliance.capability])
        if scenario.machine.layout.externalDatabase { walk.add([.externalDatabase]) }
        if scenario.machine.layout.replica { walk.add([.replica]) }
        if scenario.machine.reservesAddress { walk.add([.reservedAddress]) }
        walk.add(scenario.requirements)
        walk.visit(scenario.steps)
        return walk.needs
    }
}

/// Goes through the steps that will be done, and collects what they need.
private struct Needs {
    let plan: Plan
    var needs: [Capability] = []
    private var isOn = true

    init(plan: Plan) { self.plan = plan }

    mutating func add(_ capabilities: [Capability]) {
        for capability in capabilities where !needs.contains(capability) { needs.append(capability) }
    }

    mutating func visit(_ steps: [Step]) {
        for step in steps where step.condition?.reasonAgainst(plan.platform, has: plan.has) == nil {
            guard step.refusal == nil else { continue }
            visit(step.verb)
        }
    }

    private mutating func visit(_ verb: Step.Verb) {
        switch verb {
        case .takeSnapshot(let request, _):
            switch request.scope {
            case .machine: add([.machineSnapshot])
            case .disks(let roles): add([roles.count == 1 ? .diskSnapshot : .machineSnapshot])
            case .disksInSuccession: add([.successiveSnapshots])
            }
            if request.memory { add([.memorySnapshot]) }
            if request.quiesce == .required { add([.quiesce]) }
            if !request.waits { add([.pendingSnapshot]) }
            if !isOn { add([.coldSnapshot]) }
        case .inject(let fault, _):
            switch fault {
            case .call, .snapshotEndsInError: add([.platformFaults])
            case .agentHangs, .quiesceRefused: add([.guestFaults])
            }
        case .setPower(let action): isOn = action == .on || action == .reboot
        case .perform(.upgrade(_, let failure)): if failure?.cause == .powerLoss { isOn = false }
        case .revert: isOn = true
        case .attempt(let body, let handler, let cleanup):
            visit(body)
            visit(handler)
            visit(cleanup)
        case .repetition(_, let steps): visit(steps)
        case .perform, .wait, .expect, .deleteSnapshot, .note: break
        }
    }
}

extension Appliance {
    /// The capability of a platform's guests to run the appliance.
    fileprivate var capability: Capability {
        switch self {
        case .generic: .generic
        case .gitHubEnterpriseServer: .gitHubEnterpriseServer
        case .circleCIServices: .circleCIServices
        }
    }
}
