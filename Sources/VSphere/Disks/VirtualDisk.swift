package import Hypervisor
package import LabCore

/// A disk of a machine as its configuration names it; its contents stand in the files.
package struct VirtualDisk: Hashable, Sendable {
    /// The device's number in the machine, from 2000.
    package var key: Int
    /// What the guest uses the disk for; nothing for a disk that the appliance does not know.
    package var role: DiskRole?
    /// The capacity.
    package var capacity: ByteCount
    /// How the disk takes part in snapshots.
    package var mode = DiskMode.persistent
    /// Whether other machines write to it at the same time.
    package var isMultiWriter = false
    /// What stands behind it.
    package var backing: Backing
    /// The file that is written to: the end of the chain.
    ///
    /// Rule: VMW-122.
    package var path: FilePath

    /// What stands behind a disk.
    package enum Backing: Hashable, Sendable {
        /// Files on a datastore.
        case flat
        /// A device of the storage, through a mapping file that hides it.
        case mappedVirtual
        /// A device of the storage, seen by the guest as it is.
        case mappedPhysical
    }
}

/// How a disk takes part in snapshots; the raw values are the vendor's.
package enum DiskMode: String, Hashable, Sendable, CaseIterable {
    case persistent
    case nonpersistent
    case undoable
    case append
    case independentPersistent = "independent_persistent"
    case independentNonpersistent = "independent_nonpersistent"

    /// Whether snapshots leave the disk out.
    package var isIndependent: Bool {
        switch self {
        case .independentPersistent, .independentNonpersistent: true
        case .persistent, .nonpersistent, .undoable, .append: false
        }
    }

    /// Whether what was written is dropped at power-off.
    package var forgetsAtPowerOff: Bool {
        switch self {
        case .nonpersistent, .independentNonpersistent: true
        case .persistent, .undoable, .append, .independentPersistent: false
        }
    }
}
