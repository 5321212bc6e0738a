public import LabCore

extension AzureCompute.Settings {
    /// How long each step takes: the medians of recorded operations, and where there is no recording an estimate.
    public struct Timings: Hashable, Sendable {
        /// A disk until it is made, changed or given away.
        public var disk: Duration = .milliseconds(190)
        /// A disk until it is gone.
        public var diskDeletion: Duration = .milliseconds(220)
        /// A snapshot until its point in time is fixed.
        public var snapshot: Duration = .milliseconds(640)
        /// A snapshot until it is gone.
        public var snapshotDeletion: Duration = .milliseconds(230)
        /// A copy to another location until it is accepted.
        public var copyStart: Duration = .milliseconds(1_200)
        /// An access grant, or its end.
        public var access: Duration = .milliseconds(190)
        /// A machine from an image.
        public var creationFromImage: Duration = .seconds(81)
        /// A machine from specialized disks.
        public var creationFromDisks: Duration = .seconds(21)
        /// A change of a machine that touches none of its disks.
        public var update: Duration = .seconds(4)
        /// An attachment, a detachment or a swap.
        public var attachment: Duration = .seconds(20)
        /// The deletion of a machine.
        public var machineDeletion: Duration = .seconds(44)
        /// A power-off.
        public var powerOff: Duration = .seconds(12)
        /// A deallocation.
        public var deallocation: Duration = .seconds(51)
        /// A start.
        public var start: Duration = .seconds(23)
        /// A restart.
        public var restart: Duration = .seconds(21)
        /// A start for which no host is found.
        public var allocationFailure: Duration = .seconds(60)
        /// An extension.
        public var extensionCreation: Duration = .seconds(72)
        /// A restore point.
        public var restorePoint: Duration = .seconds(5)
        /// What the first application-consistent restore point of a machine takes longer, to install its extension.
        ///
        /// Rule: AZ-106.
        public var snapshotExtension: Duration = .seconds(30)
        /// The deletion of a restore point or a collection.
        public var restorePointDeletion: Duration = .seconds(2)
        /// A change of something in the network.
        public var network: Duration = .seconds(2)
        /// The deletion of a resource group, beyond what its machines take.
        public var groupDeletion: Duration = .seconds(60)
        /// How long the resource manager knows a resource that its provider has forgotten.
        ///
        /// Rule: AZ-007.
        public var afterlife: Duration = .seconds(5)
        /// How long the record of an operation is kept.
        ///
        /// Rule: AZ-131.
        public var operationRecord: Duration = .hours(24)
        /// What is copied or hydrated in a second, from or to standard storage.
        public var copyRate: ByteCount = .mebibytes(100)
        /// What is hydrated in a second from a snapshot on premium storage.
        ///
        /// Rule: AZ-045.
        public var premiumCopyRate: ByteCount = .mebibytes(400)
        /// What is copied to another location in a second.
        public var crossRegionRate: ByteCount = .mebibytes(50)
        /// What every copy in the background takes before its blocks are moved.
        public var copyFloor: Duration = .seconds(30)
        /// How long a copy takes at most.
        public var copyLimit: Duration = .hours(24)
        /// What `Retry-After` asks for between two polls of an operation.
        ///
        /// Rule: AZ-130.
        public var retryAfter: Duration = .seconds(10)

        /// Makes the default timings.
        public init() {}
    }
}
