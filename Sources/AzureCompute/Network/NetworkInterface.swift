import LabCore
import SimulatedMachine

/// A network interface.
package struct NetworkInterface: Booked {
    package let id: ResourceID
    package let location: String
    package let privateAddress: String
    package let hardwareAddress: String
    package internal(set) var publicAddress: ResourceID?
    /// The machine that has it, which is one at most.
    ///
    /// Rule: AZ-127.
    package internal(set) var machine: ResourceID?
    /// The change that is under way.
    package internal(set) var operation: Operation.ID?
}

/// An address from outside.
package struct PublicIPAddress: Booked {
    package let id: ResourceID
    package let location: String
    /// Whether it is kept while no machine runs behind it; of the standard sku every address is.
    ///
    /// Rule: AZ-126.
    package let isStatic: Bool
    /// The address; of a dynamic one there is none until a machine runs behind it.
    package internal(set) var address: String?
    /// The change that is under way.
    package internal(set) var operation: Operation.ID?
}
