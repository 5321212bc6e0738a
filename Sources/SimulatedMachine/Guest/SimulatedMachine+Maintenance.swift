import Hypervisor
import LabCore

extension SimulatedMachine {
    /// Sets or lifts maintenance mode at once; what was planned for later is off.
    ///
    /// Rule: GHES-007.
    mutating func setMaintenance(_ isOn: Bool) throws(GuestFault) -> ApplianceAnswer {
        if !isOn, plan.hasTwoPartitions, let state = packageState, state.stage != .installed {
            throw GuestFault(
                .refused("the upgrade to \(state.version) has not ended, maintenance mode stays set"), rule: "GHES-010")
        }
        spend(.seconds(1))
        return answer("maintenance mode is \(isOn ? "set" : "lifted")") { machine throws(DatabaseFault) in
            do throws(FileSystemFault) {
                try machine.planMaintenance(at: nil)
                try machine.noteMaintenance(isOn)
            } catch { throw .fileSystem(error) }
            if isOn, machine.session?.jobs.isEmpty ?? true { machine.comeToRest() }
        }
    }

    /// Has maintenance mode set later, so that users can be told before.
    ///
    /// Rule: GHES-007.
    mutating func scheduleMaintenance(in lead: Duration) throws(GuestFault) -> ApplianceAnswer {
        guard spec.appliance == .gitHubEnterpriseServer else {
            throw GuestFault(.refused("maintenance mode cannot be scheduled here"))
        }
        guard lead >= Self.maintenanceLead else {
            throw GuestFault(.refused("maintenance must be scheduled at least 30 minutes ahead"), rule: "GHES-007")
        }
        let due = clock + lead
        return answer("maintenance mode will be set at \(due)") { machine throws(DatabaseFault) in
            do throws(FileSystemFault) { try machine.planMaintenance(at: due) } catch { throw .fileSystem(error) }
        }
    }

    /// The least time between the scheduling of maintenance mode and its beginning.
    private static let maintenanceLead = Duration.minutes(30)

    /// Notes on the disk when maintenance mode is to be set, or that it is not.
    private mutating func planMaintenance(at due: Instant?) throws(FileSystemFault) {
        guard due != session?.maintenanceDue else { return }
        session?.maintenanceDue = due
        let line = due.map { String($0.nanoseconds) } ?? "-"
        try storage.replace(GuestPath.schedule, of: settingsRole, with: Array(line.utf8))
    }

    /// The plan is on a disk, so that it outlives a boot and comes back with a snapshot.
    mutating func readMaintenanceSchedule() {
        guard spec.appliance == .gitHubEnterpriseServer else { return }
        let line = storage.text(GuestPath.schedule, of: settingsRole)
        session?.maintenanceDue = line.flatMap { Int64($0) }.map { Instant(nanoseconds: $0) }
    }

    /// Sets maintenance mode when its time has come.
    mutating func enterScheduledMaintenance() {
        guard let due = session?.maintenanceDue, due <= clock else { return }
        session?.maintenanceDue = nil
        // A full disk keeps the service open, and the plan for the next boot.
        guard (try? noteMaintenance(true)) != nil else { return }
        try? storage.replace(GuestPath.schedule, of: settingsRole, with: Array("-".utf8))
        if session?.jobs.isEmpty ?? true { comeToRest() }
    }

    /// Notes on the disk whether maintenance mode is set.
    mutating func noteMaintenance(_ isOn: Bool) throws(FileSystemFault) {
        try storage.replace(GuestPath.maintenance, of: settingsRole, with: Array((isOn ? "on" : "off").utf8))
    }
}
