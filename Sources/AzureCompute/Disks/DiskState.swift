package import Hypervisor

/// What a managed disk is being used for, as `diskState` names it.
///
/// Rule: https://learn.microsoft.com/rest/api/compute/disks/get (DiskState)
package enum DiskState: String, ResourceState, CaseIterable {
    /// Nobody has it; goes to attached, reserved, active SAS.
    case unattached = "Unattached"
    /// A machine that holds a host has it; goes to reserved, frozen, unattached.
    case attached = "Attached"
    /// A deallocated machine has it; goes to attached, unattached, active SAS.
    case reserved = "Reserved"
    /// A hibernated machine has it; goes to attached, active SAS frozen.
    case frozen = "Frozen"
    /// It is being read from outside; goes to unattached, or to reserved where a machine has it.
    case activeSAS = "ActiveSAS"
    /// It is being read from outside, and a hibernated machine has it; goes to frozen.
    case activeSASFrozen = "ActiveSASFrozen"
    /// It waits for its contents; goes to active upload.
    case readyToUpload = "ReadyToUpload"
    /// Its contents are being written; goes to unattached.
    case activeUpload = "ActiveUpload"

    /// Whether somebody outside may read or write it.
    package var isExported: Bool { self == .activeSAS || self == .activeSASFrozen || self == .activeUpload }
}

extension DiskState {
    /// A machine takes it; `isAllocated` says whether that machine holds a host.
    package mutating func attach(isAllocated: Bool) throws(NotInState<Self>) {
        switch self {
        case .unattached: self = isAllocated ? .attached : .reserved
        case .attached, .reserved, .frozen, .activeSAS, .activeSASFrozen, .readyToUpload, .activeUpload:
            throw NotInState(self)
        }
    }
    /// Its machine gives it up or is deleted.
    package mutating func detach() throws(NotInState<Self>) {
        switch self {
        case .attached, .reserved, .frozen: self = .unattached
        case .unattached, .activeSAS, .activeSASFrozen, .readyToUpload, .activeUpload: throw NotInState(self)
        }
    }
    /// Its machine gives its host back; false when it had none.
    package mutating func deallocate() -> Bool { moved(from: .attached, to: .reserved) }
    /// Its machine is hibernated; false when it had no host.
    package mutating func hibernate() -> Bool { moved(from: .attached, to: .frozen) }
    /// Its machine has a host again; false when it had one.
    ///
    /// A disk that is read from outside keeps its machine from starting. Rule: AZ-048.
    package mutating func allocate() throws(NotInState<Self>) -> Bool {
        guard !isExported else { throw NotInState(self) }
        return moved(from: .reserved, .frozen, to: .attached)
    }
    /// Reading from outside is allowed.
    ///
    /// Rule: AZ-049.
    package mutating func grantRead() throws(NotInState<Self>) {
        switch self {
        case .unattached, .reserved: self = .activeSAS
        case .frozen: self = .activeSASFrozen
        case .activeSAS, .activeSASFrozen: break
        case .attached, .readyToUpload, .activeUpload: throw NotInState(self)
        }
    }
    /// Writing from outside is allowed, once, to fill it.
    ///
    /// Rule: AZ-050.
    package mutating func grantWrite() throws(NotInState<Self>) {
        switch self {
        case .readyToUpload, .activeUpload: self = .activeUpload
        case .unattached, .attached, .reserved, .frozen, .activeSAS, .activeSASFrozen: throw NotInState(self)
        }
    }
    /// Access from outside ends; false when there was none.
    package mutating func endAccess(isOwned: Bool) -> Bool {
        switch self {
        case .activeSAS: self = isOwned ? .reserved : .unattached
        case .activeSASFrozen: self = .frozen
        case .activeUpload: self = .unattached
        case .unattached, .attached, .reserved, .frozen, .readyToUpload: return false
        }
        return true
    }
}
