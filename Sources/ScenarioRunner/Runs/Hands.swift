import Hypervisor

/// Does single actions with a driver and a provider.
struct Hands: Sendable {
    let driver: any HypervisorDriver
    let provider: any SnapshotProvider

    /// Does an action; removal goes on when the task is cancelled, since nothing else would ever do it.
    func does(_ action: Action) async -> ActionOutcome {
        switch action {
        case .removeEverything, .lookForLeftovers: await Task { await outcome(of: action) }.value
        default: await outcome(of: action)
        }
    }

    private func outcome(of action: Action) async -> ActionOutcome {
        do throws(Refusal) {
            switch action {
            case .makeMachine(let spec): return .made(try await driver.makeMachine(spec))
            case .takeFacts(let machine): return .facts(try await driver.facts(of: machine))
            case .perform(let command, let machine): return .answer(try await driver.perform(command, on: machine))
            case .setPower(let power, let machine): try await driver.setPower(power, of: machine)
            case .wait(let duration): try await driver.wait(duration)
            case .inject(let fault, let machine): try await driver.inject(fault, into: machine)
            case .takeSnapshot(let request, let machine):
                return .snapshot(try await provider.takeSnapshot(request, of: machine))
            case .revert(let request, let machine): return .reverted(try await provider.revert(request, of: machine))
            case .deleteSnapshot(let snapshot, let machine):
                try await provider.deleteSnapshot(snapshot, of: machine)
            case .removeEverything: try await driver.removeEverything()
            case .lookForLeftovers: return .leftovers(await driver.leftovers())
            }
            return .done
        } catch {
            return .refused(error)
        }
    }
}
