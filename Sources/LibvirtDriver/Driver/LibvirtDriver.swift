internal import Foundation
public import Hypervisor
public import LabCore

/// Drives local QEMU machines through libvirt: real guests, real disks, real snapshots.
///
/// One driver has one lab root and one worker process. The calls for one machine are expected one after the other;
/// several machines may be worked at once.
public actor LibvirtDriver: HypervisorDriver {
    /// The platform.
    public nonisolated var platform: Platform { .libvirt }
    /// Whether time is virtual.
    public nonisolated var isSimulated: Bool { false }
    /// What the driver and its provider can do.
    public nonisolated var capabilities: Capabilities { Self.whatLibvirtCanDo }
    /// What accounts for the differences that a revert leaves.
    public nonisolated var explanations: [Explanation] { Self.whatRevertsLeave }
    /// The provider that takes snapshots as libvirt does.
    public nonisolated var referenceProvider: any SnapshotProvider { LibvirtProvider(driver: self) }

    /// The lab root, which this process has for itself.
    package nonisolated let root: LabRoot
    /// The folder with images and warm starts.
    package nonisolated let folder: LabFolder
    let settings: Settings
    let claim: ClaimedRoot
    var link: WorkerProcess
    let images: GuestImages
    let store: MachineStore
    let journal: DriverJournal

    var machines: [MachineID: MachineRecord] = [:]
    var appliances: Set<MachineID> = []
    var nextMachine = 1
    var faults: [Fault] = []
    /// The machines whose images have clusters that nothing uses and nobody can have, until they are off.
    var leaking: Set<MachineID> = []

    /// Takes over what ``open(folder:settings:)`` prepared.
    init(
        claim: ClaimedRoot, folder: LabFolder, settings: Settings, link: WorkerProcess, journal: DriverJournal
    ) {
        self.claim = claim
        self.root = claim.root
        self.folder = folder
        self.settings = settings
        self.link = link
        self.journal = journal
        images = GuestImages(folder: folder.images)
        store = MachineStore(root: claim.root)
    }

    deinit { link.finish() }

    /// The time on this host's clock.
    public var now: Instant { HostClock.now }

    /// Lets time pass by waiting.
    public func wait(_ duration: Duration) async throws(Refusal) { try await HostClock.sleep(duration) }

    /// Takes out the events since the last time this was called, oldest first.
    public func takeEvents() -> [Event] { journal.take() }

    /// What a driver is told when it is opened.
    package struct Settings: Sendable {
        /// The address of a daemon to use instead of the embedded driver.
        package var address: String?
        /// The executable that becomes the worker; nothing to look for it where this program is.
        package var worker: String?
        /// Whether machines start from a saved run instead of a boot.
        package var startsWarm = true
        /// What runs the guests' instructions; nothing to find out by booting one.
        package var acceleration: Acceleration?
        /// The firmware of machines, where it is to be one that keeps variables; such machines always boot.
        package var firmware: Firmware?
        /// Whether machines that a former lab left behind are taken over instead of removed.
        package var adoptsMachines = false
        /// How many seconds libvirt waits for a guest's agent in calls of its own, such as a freeze.
        package var agentSeconds = 10
        /// How many seconds an agent may take to answer a command of the lab.
        package var commandSeconds = 30
        /// How long an agent that does not listen is asked again, for an emulated guest on a busy host has pauses.
        package var stallLimit = Duration.seconds(20)
        /// How long passes between snapshots of disks that are taken one after the other, each by a call of its own.
        package var successionGap = Duration.seconds(2)
        /// How long a guest may take from its start until its agent answers.
        package var bootLimit = Duration.seconds(120)
        /// Is told of each call that changes something, before it is made.
        package var willCall: @Sendable (WorkerCall) -> Void = { _ in }
        /// Is told, line by line, of work that takes long, such as building a guest.
        package var progress: @Sendable (String) -> Void = { _ in }

        /// Makes the usual settings: the address comes from `BELAY_LIBVIRT_URI`, the worker from `BELAY_LIBVIRT_WORKER`.
        ///
        /// Machines start from UEFI firmware where `BELAY_LIBVIRT_FIRMWARE` is `uefi`.
        package init() {
            let environment = ProcessInfo.processInfo.environment
            address = environment["BELAY_LIBVIRT_URI"]
            worker = environment["BELAY_LIBVIRT_WORKER"]
            firmware = environment["BELAY_LIBVIRT_FIRMWARE"] == "uefi" ? .uefi : nil
        }
    }
}
