package import LabCore
package import SimulatedMachine
import Hypervisor

/// An EC2 instance: its state, what is attached to it, its addresses, and the machine it is.
package struct Instance: Hashable, Sendable, Identified {
    package static let prefix = "i-"
    package typealias ID = ResourceID<Instance>

    package var id: ID
    package var image: Image.ID
    package var state = PowerState.pending
    package var type: InstanceType
    package var zone: String
    package var architecture: String
    package var created: Instant
    /// When it was last started.
    ///
    /// Rule: AWS-103.
    package var launchTime: Instant
    /// Why it was stopped or terminated, empty while it runs.
    ///
    /// Rule: AWS-104.
    package var reason = ""
    package var stateReason: StateReason?
    package var privateAddress: String
    package var publicAddress: String?
    package var hardwareAddress: String
    package var elasticAddress: ElasticAddress.ID?
    package var rootDevice: String
    /// The volumes by the name of the device, in any state of attachment.
    package var devices: [String: Volume.ID] = [:]
    package var userData = ""
    package var clientToken: String?
    package var isEBSOptimized = false
    /// TerminateInstances is refused.
    ///
    /// Rule: AWS-112.
    package var disableAPITermination = false
    /// StopInstances is refused.
    ///
    /// Rule: AWS-113.
    package var disableAPIStop = false
    /// When both status checks are ok; nothing while it does not run.
    package var statusOK: Instant?
    /// The machine, whose disks are the attached volumes.
    @Boxed package internal(set) var machine: SimulatedMachine
    /// When the services in the guest are up or have given up.
    package internal(set) var ready: Instant

    /// What the guest uses the disk at a device for.
    var roles: [String: DiskRole]
    /// Devices that were torn away from the guest, which cannot be used before it reboots.
    ///
    /// Rule: AWS-082.
    var blockedDevices: Set<String> = []
    /// The volumes that were its root at some time.
    ///
    /// Rule: AWS-134.
    var rootHistory: [Volume.ID] = []
    /// The snapshot from which its first root was made.
    ///
    /// Rule: AWS-133.
    var launchSnapshot: EBSSnapshot.ID?
    /// Whether its root is on its host, where it cannot outlive a stop.
    ///
    /// Rule: AWS-096.
    var hasInstanceStoreRoot = false
    /// The volumes in the order in which the guest found them when it booted.
    ///
    /// Rule: AWS-120.
    var enumeration: [Volume.ID] = []
    /// What is installed on its disks.
    var software: Software
    /// What machines share that take each other's place.
    var family: String { software.family }
    /// Counts the changes of power, so that what falls due late does no harm.
    var epoch = 0
    var isRebooting = false
    /// Why it will not come up.
    ///
    /// Rule: AWS-119.
    var launchFailure: StateReason?

    /// The code and the sentence for a change of state.
    package struct StateReason: Hashable, Sendable {
        package var code: String
        package var message: String

        package init(_ code: String, _ message: String) {
            self.code = code
            self.message = "\(code): \(message)"
        }
    }

    /// What the guest is told about itself.
    var identity: GuestIdentity {
        GuestIdentity(
            machine: MachineID(rawValue: id.rawValue), privateAddress: privateAddress, publicAddress: publicAddress,
            hardwareAddress: hardwareAddress)
    }

    /// Whether systemStatus and instanceStatus are `ok` and not `initializing`.
    package func isStatusOK(at now: Instant) -> Bool { state == .running && statusOK.map { $0 <= now } ?? false }
}

extension Instance: Booked {
    /// What can be asked of all instances.
    package enum Query: Hashable, Sendable {
        /// Which of them take up processors?
        case running
        /// Which of them has an address?
        case privateAddress(String)
    }

    package var questions: [Query] {
        guard state != .terminated else { return [] }
        let isRunning = state == .pending || state == .running
        return (isRunning ? [.running] : []) + [.privateAddress(privateAddress)]
    }
    /// The processors.
    package var weight: Int { type.processors }
}
