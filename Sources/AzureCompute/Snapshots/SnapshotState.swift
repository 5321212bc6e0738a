import Hypervisor

/// What a snapshot can be used for, as `snapshotAccessState` names it; its provisioning state says something else.
///
/// Rule: https://learn.microsoft.com/azure/virtual-machines/disks-instant-access-snapshots
package enum SnapshotState: String, ResourceState, CaseIterable {
    /// Its point in time is fixed, its data is being copied; goes to available or unavailable.
    case pending = "Pending"
    /// It can be used for anything.
    case available = "Available"
    /// Its data is being copied, and until that is done it leans on its disk; goes to available with instant access, or
    /// to pending when the time of instant access ends first.
    case instantAccess = "InstantAccess"
    /// Its data is copied, and disks made of it are still fast; goes to available.
    case availableWithInstantAccess = "AvailableWithInstantAccess"
    /// It came to nothing. Terminal.
    case unavailable = "Unknown"

    /// Whether a disk can be made of it.
    package var isUsable: Bool {
        switch self {
        case .available, .instantAccess, .availableWithInstantAccess: true
        case .pending, .unavailable: false
        }
    }
    /// Whether disks of it are there at once, and are filled afterwards.
    ///
    /// Rule: AZ-037.
    var hasInstantAccess: Bool { self == .instantAccess || self == .availableWithInstantAccess }
    /// Whether it can be read from outside, or copied to another location.
    package var isExportable: Bool {
        switch self {
        case .available, .availableWithInstantAccess: true
        case .pending, .instantAccess, .unavailable: false
        }
    }
}

extension SnapshotState {
    /// Its data is copied; false when nothing was being copied.
    package mutating func copied() -> Bool {
        switch self {
        case .pending: self = .available
        case .instantAccess: self = .availableWithInstantAccess
        case .available, .availableWithInstantAccess, .unavailable: return false
        }
        return true
    }
    /// The time of instant access is over; false when there was none.
    package mutating func endInstantAccess() -> Bool {
        switch self {
        case .instantAccess: self = .pending
        case .availableWithInstantAccess: self = .available
        case .pending, .available, .unavailable: return false
        }
        return true
    }
    /// It came to nothing; false when it had before.
    package mutating func fail() -> Bool {
        moved(from: .pending, .available, .instantAccess, .availableWithInstantAccess, to: .unavailable)
    }
}
