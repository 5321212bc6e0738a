import SimulatedMachine

/// What a disk or a snapshot is stored on.
package enum DiskSKU: String, Hashable, Sendable, CaseIterable {
    case standardLRS = "Standard_LRS"
    case standardZRS = "Standard_ZRS"
    case standardSSD = "StandardSSD_LRS"
    case standardSSDZRS = "StandardSSD_ZRS"
    case premium = "Premium_LRS"
    case premiumZRS = "Premium_ZRS"
    case premiumV2 = "PremiumV2_LRS"
    case ultra = "UltraSSD_LRS"

    /// Whether snapshots of it are copied in the background.
    ///
    /// Rule: AZ-035.
    package var copiesInBackground: Bool { self == .ultra || self == .premiumV2 }
    /// Whether only sizes with premium support take it.
    ///
    /// Rule: AZ-064.
    package var isPremium: Bool { [.premium, .premiumZRS, .premiumV2, .ultra].contains(self) }
    /// Whether it lies in all zones at once.
    ///
    /// Rule: AZ-057.
    package var isZoneRedundant: Bool { [.standardZRS, .standardSSDZRS, .premiumZRS].contains(self) }
}

/// What the host keeps of a disk.
///
/// Rule: AZ-116.
package enum Caching: String, Hashable, Sendable, CaseIterable {
    case uncached = "None"
    case readOnly = "ReadOnly"
    case readWrite = "ReadWrite"
}

/// The system that a disk boots.
package enum OSType: String, Hashable, Sendable, CaseIterable { case linux = "Linux", windows = "Windows" }

/// The generation of the virtual hardware that a disk boots on.
package enum Generation: String, Hashable, Sendable, CaseIterable { case v1 = "V1", v2 = "V2" }

/// How a machine and its OS disk are protected.
package enum SecurityType: String, Hashable, Sendable, CaseIterable {
    case standard = "Standard"
    case trustedLaunch = "TrustedLaunch"
    case confidential = "ConfidentialVM"
}

/// What becomes of a disk or an interface when its machine is deleted.
package enum DeleteOption: String, Hashable, Sendable, CaseIterable { case delete = "Delete", detach = "Detach" }

/// With which key a disk is encrypted at rest.
///
/// Rule: AZ-067.
package struct Encryption: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case platformKey = "EncryptionAtRestWithPlatformKey"
        case customerKey = "EncryptionAtRestWithCustomerKey"
    }
    package var kind: Kind
    /// The disk encryption set with the customer's key.
    package var set: ResourceID?

    package init(_ kind: Kind = .platformKey, set: ResourceID? = nil) {
        self.kind = kind
        self.set = set
    }
    package static let platformKey = Encryption()
}

/// A customer's key for disks.
///
/// Rule: AZ-068.
package struct DiskEncryptionSet: Booked {
    package let id: ResourceID
    package let location: String
    /// Whether the vault with its key is there.
    package var isVaultReachable = true
}
