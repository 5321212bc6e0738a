import HashTreeCollections
import Hypervisor
import LabCore
package import SimulatedMachine

/// What no client can do: the lab's hands inside the host, for tests and faults.
extension HyperV {
    /// Changes a machine behind the host's back: its guest's components, its place in a cluster.
    package mutating func tamper(with id: VirtualMachine.ID, _ change: (inout VirtualMachine) -> Void) {
        guard var machine = machines[id] else { return }
        change(&machine.wrappedValue)
        machines[id] = machine
    }

    /// Changes a checkpoint behind the host's back.
    package mutating func tamper(with id: Checkpoint.ID, _ change: (inout Checkpoint) -> Void) {
        guard var checkpoint = checkpoints[id] else { return }
        change(&checkpoint.wrappedValue)
        checkpoints[id] = checkpoint
    }

    /// Changes a volume: its room, and whether it can be reached.
    package mutating func changeVolume(_ name: String, _ change: (inout Volume) -> Void) {
        volumes.change(name, change)
        lookAtRoom(of: name)
        pumpMerges()
    }

    /// Has somebody hold a file open, as a backup does; nobody with nothing.
    package mutating func hold(_ path: FilePath, by holder: String?) {
        files[path]?.holder = holder
        pumpMerges()
    }

    /// Writes to a file that no running machine has open, as whoever mounts it does.
    package mutating func write(_ path: FilePath, _ change: (inout Disk) -> Void) {
        guard var content = content(of: path) else { return }
        change(&content)
        if let owner = files[path]?.owner {
            machines[owner]?.change { machine in
                guard machine.hardware.power == .off, let role = machine.config.drives.role(of: path) else { return }
                machine.hardware.replaceDisk(role, with: content)
            }
        }
        files[path]?.change { file in
            file.content = content
            file.stamp += 1
        }
        measure(path)
        for child in files[path]?.children ?? [] { measure(child) }
    }

    /// The power of the host fails: every machine that runs is off, and what was at work begins again or not at all.
    ///
    /// Rule: HV-107.
    package mutating func crashHost() {
        for id in machines.keys.sorted() {
            settle(id)
            let wasMerging = pendingMerges(of: id).filter { $0.state == .running }
            if let job = machines[id]?.job { terminate(job) }
            if let state = machines[id]?.state, ![.off, .saved].contains(state) { leaveOff(id) }
            for merge in wasMerging where place(of: merge.id).map({ merges[$0].state }) == .running {
                take(.interrupt, merge.id) { $0.span = nil }
            }
        }
        if settings.inferred.mergesSurviveCrashes { pumpMerges() }
    }
}
