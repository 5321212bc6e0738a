import Hypervisor
import LabCore
package import SimulatedMachine

/// A machine in a folder, with virtual disks that stand alone.
package struct ExportedMachine: Hashable, Sendable {
    /// The folder.
    package let folder: FilePath
    /// The machine that it was, by which it is registered unless it gets a new GUID.
    package let machine: VirtualMachine.ID
    let spec: MachineSpec
    let family: UInt64
    let config: Configuration
    /// The memory that it holds.
    package let memory: Memory?
    let savedOn: Set<String>
    let created: Instant
    let privateAddress: String
    let outside: Outside

    /// The state that it will be in when it is imported.
    package var state: Checkpoint.State { memory == nil ? .off : .saved }
    /// The file with the memory.
    var stateFile: FilePath { FilePath(folder.rawValue, "Virtual Machines\\\(machine).vmrs") }
}
