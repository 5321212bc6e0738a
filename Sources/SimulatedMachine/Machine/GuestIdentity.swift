public import Hypervisor

/// What the platform gives a guest to know itself by.
public struct GuestIdentity: Hashable, Sendable {
    /// The platform's name of the machine.
    public var machine: MachineID
    /// The address inside the network.
    public var privateAddress: String
    /// The address from outside; nothing where there is none.
    public var publicAddress: String?
    /// The hardware address of the first network interface.
    public var hardwareAddress: String

    /// Makes an identity.
    public init(machine: MachineID, privateAddress: String, publicAddress: String? = nil, hardwareAddress: String) {
        self.machine = machine
        self.privateAddress = privateAddress
        self.publicAddress = publicAddress
        self.hardwareAddress = hardwareAddress
    }
}
