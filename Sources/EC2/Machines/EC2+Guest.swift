import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Boots the guest of an instance from whatever is attached at its root device.
    mutating func boot(_ id: Instance.ID) {
        chooseRoot(of: id)
        guard let instance = instances[id], instance.machine.power == .off, instance.machine.disk(.root) != nil else {
            return
        }
        passOnSurroundings(to: instance)
        enumerateDevices(of: id)
        let loading = loadingDelay(of: instance)
        let time = now
        let boot = instances[id]?.machine.boot(as: instance.identity, at: time) ?? .zero
        let isOK = time + settings.timings.statusChecks
        instances[id]?.ready = time + boot + loading
        instances[id]?.statusOK = isOK
    }

    /// The services outside the machines of a family stay as the last of them left them.
    private mutating func passOnSurroundings(to instance: Instance) {
        let outside = surroundings.speaks(instance.id, of: instance.family) { instances[$0]?.machine.outside }
        if let outside { instances[instance.id]?.machine.outside = outside }
    }

    /// The time that a boot loses because blocks of its root have not been loaded yet.
    ///
    /// Rule: AWS-047.
    private func loadingDelay(of instance: Instance) -> Duration {
        guard let root = instance.devices[instance.rootDevice].flatMap({ volumes[$0] }), let loading = root.loading
        else {
            return .zero
        }
        let missing = Int64(100 - loading.progress(at: now))
        let stored = (loading.amount.bytes + (1 << 19) - 1) >> 19
        let touched = min(Int64(settings.inferred.blocksReadAtBoot), stored) * missing / 100
        return settings.timings.firstTouch * Int(touched)
    }

    /// Asks the guest to shut down.
    ///
    /// - Returns: the time it took, or nothing when it did not.
    mutating func shutDownGuest(of id: Instance.ID) -> Duration? {
        advanceMachine(id)
        guard instances[id]?.machine.power == .on else { return .zero }
        let time = now
        do throws(GuestFault) { return try instances[id]?.machine.shutDown(at: time) ?? .zero } catch {
            note(id.rawValue, "guest: \(error)")
            return nil
        }
    }

    /// Takes the power away from the guest: what it had not flushed is gone.
    mutating func cutGuestPower(of id: Instance.ID) {
        advanceMachine(id)
        guard let power = instances[id]?.machine.power, power != .off else { return }
        let time = now
        instances[id]?.machine.cutPower(at: time)
        note(id.rawValue, "guest: the power was cut")
    }

    /// A guest that went off by itself takes its instance down with it.
    mutating func noticeGuestPower(of id: Instance.ID) {
        guard var instance = instances[id], instance.state == .running, !instance.isRebooting,
            instance.machine.power == .off
        else { return }
        guard !instance.hasInstanceStoreRoot else {  // It cannot be stopped, and so it ends.
            _ = terminate(instance)
            return
        }
        do throws(NotInState<PowerState>) { _ = try instance.state.stop() } catch { return }
        instance.epoch += 1
        instance.statusOK = nil
        instance.stateReason = .init("Server.InternalError", "The instance lost its power")
        instances[id] = instance
        note(id.rawValue, "running -> stopping")
        enter(.wentDown(id, epoch: instance.epoch), in: settings.timings.forcedStop)
    }
}
