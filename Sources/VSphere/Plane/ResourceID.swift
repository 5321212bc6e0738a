import LabCore

/// A managed object reference: the name of one object of kind `Kind`, as in `vm-12` or `snapshot-31`.
package struct Moref<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let name: HashedText

    /// Makes a reference to the object named `value`.
    package init(_ value: String) { name = HashedText(value) }

    /// The opaque value; clients must not read anything into it.
    package var value: String { name.text }

    /// Shorter names first, so that `vm-9` stands before `vm-10`.
    package static func < (a: Moref, b: Moref) -> Bool { (a.value.utf8.count, a.value) < (b.value.utf8.count, b.value) }
    package var description: String { value }
    package func hash(into hasher: inout Hasher) { name.hash(into: &hasher) }
    package func _rawHashValue(seed: Int) -> Int { name._rawHashValue(seed: seed) }
}

extension VSphere {
    /// A new reference of the form `kind-number`; all kinds count together.
    ///
    /// Rule: VMW-154.
    mutating func newMoref<Kind>(_ kind: String) -> Moref<Kind> {
        Moref("\(kind)-\(world.names.number("managed object") + 9)")
    }

    /// A new reference of a machine: `vm-` and a number, on ESXi the number alone.
    ///
    /// Rule: VMW-151.
    mutating func newMachineMoref() -> Moref<VirtualMachine> {
        guard settings.endpoint == .esxi else { return newMoref("vm") }
        return Moref("\(world.names.number("virtual machine"))")
    }

    /// A new reference of a snapshot, whose number in the machine is `number`.
    ///
    /// Rule: VMW-151.
    mutating func newSnapshotMoref(of vm: Moref<VirtualMachine>, number: Int) -> Moref<VirtualMachineSnapshot> {
        settings.endpoint == .esxi ? Moref("\(vm)-snapshot-\(number)") : newMoref("snapshot")
    }

    /// A new reference of a task.
    ///
    /// Rule: VMW-152.
    mutating func newTaskMoref(_ operation: Work, on vm: Moref<VirtualMachine>) -> Moref<TaskInfo> {
        let number = world.names.number("task")
        guard settings.endpoint == .esxi else { return Moref("task-\(number)") }
        return Moref("haTask-\(vm)-vim.\(operation.descriptionID)-\(number)")
    }
}
