import LabCore

/// A resource group.
package struct ResourceGroup: Hashable, Sendable {
    package let name: String
    /// Where its books are kept; what it holds may be anywhere.
    ///
    /// Rule: AZ-012.
    package let location: String
    package internal(set) var tags: [String: String]
    package internal(set) var provisioning = ProvisioningState.succeeded
}

/// A lock on a subscription, a group or a resource, which holds for all that lies below.
package struct Lock: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable, CaseIterable {
        case cannotDelete = "CanNotDelete"
        case readOnly = "ReadOnly"
    }

    package let name: String
    /// Where it holds; nothing for the whole subscription.
    package let scope: ResourceID?
    package let level: Level
}

/// A lock that was removed and holds a little longer.
struct FadingLock: Hashable, Sendable {
    let lock: Lock
    let ends: Instant
}
