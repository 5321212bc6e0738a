package import LabCore
package import SimulatedMachine

/// An EBS snapshot: the contents of one volume at the instant it was asked for.
package struct EBSSnapshot: Hashable, Sendable, Identified {
    package static let prefix = "snap-"
    package typealias ID = ResourceID<EBSSnapshot>

    package var id: ID
    /// The volume it was taken of; `vol-ffffffff` for a copy.
    ///
    /// Rule: AWS-056.
    package var volume: Volume.ID
    /// The size of the volume at the instant of the snapshot, in GiB.
    ///
    /// Rule: AWS-014.
    package var volumeSize: Int
    /// The contents of the volume at the instant of the snapshot.
    ///
    /// Rule: AWS-001.
    package var contents: Disk
    package var start: Instant
    package var state: SnapshotState = .pending
    /// When it was complete.
    ///
    /// Rule: AWS-013.
    package var completed: Instant?
    package var description: String
    package var owner: String
    /// The region it lies in; calls that go to another one do not find it.
    ///
    /// Rule: AWS-050.
    package var region: String
    /// Who else may restore it.
    ///
    /// Rule: AWS-060.
    package internal(set) var recipients: Set<SnapshotRecipient> = []
    /// The key that encrypts it; nothing when it is not encrypted.
    package var key: String?
    /// Why it is in error.
    package var statusMessage: String?
    package var tier = SnapshotTier()
    package var lock: SnapshotLock?
    package var productCodes: [String] = []
    /// Whether a backup service made it.
    ///
    /// Rule: AWS-044.
    package var isManaged = false
    /// The zones in which volumes made from it need no loading.
    ///
    /// Rule: AWS-049.
    package var fastRestores: [String: FastRestore] = [:]
    /// When it came into the Recycle Bin and when it leaves; nothing when it is not there.
    package var bin: (enter: Instant, exit: Instant)? {
        get { binEntered.flatMap { enter in binExit.map { (enter, $0) } } }
        set { (binEntered, binExit) = (newValue?.enter, newValue?.exit) }
    }

    private var binEntered: Instant?
    private var binExit: Instant?
    /// When the copy will be done, or will have failed.
    var due: Instant
    /// What will have gone wrong by then.
    var failure: String?
    /// The newest earlier snapshot of the lineage; nothing when this one is full.
    ///
    /// Rule: AWS-031.
    var parent: ID?
    /// The volume whose snapshots this one is a copy of, nothing when it is no copy.
    var rootOfCopies: Volume.ID?
    /// The snapshot this one was copied from.
    var copiedFrom: ID?
    var software: Software?

    init(
        id: ID, volume: Volume.ID, volumeSize: Int, contents: Disk, start: Instant, due: Instant, description: String,
        owner: String, region: String, key: String?, parent: ID?, software: Software?
    ) {
        self.id = id
        self.volume = volume
        self.volumeSize = volumeSize
        self.contents = contents
        self.start = start
        self.due = due
        self.description = description
        self.owner = owner
        self.region = region
        self.key = key
        self.parent = parent
        self.software = software
    }

    /// The volume id that copies show.
    package static let volumeOfCopies = Volume.ID(rawValue: "vol-ffffffff")

    /// The blocks in which EBS stores snapshots, in blocks of a disk: 512 KiB.
    static let blockGroup = Int(ByteCount.kibibytes(512).bytes / Disk.blockSize.bytes)

    /// How far the copy has come, as the text that DescribeSnapshots gives; 99 % can last.
    ///
    /// Rule: AWS-012.
    package func progress(at now: Instant) -> String {
        switch state {
        case .pending:
            let (passed, whole) = ((now - start).nanoseconds, max(1, (due - start).nanoseconds))
            return passed <= 0 ? "" : "\(min(99, passed / max(1, whole / 100)))%"
        case .completed, .recoverable, .recovering: return "100%"
        case .error, .deleted: return ""
        }
    }

    /// The storage of all blocks that were ever written, known once it is complete.
    ///
    /// Rule: AWS-013. Rule: AWS-014.
    package var fullSize: ByteCount? {
        guard completed != nil else { return nil }
        let groups = contents.changedBlockCount(since: Disk(size: contents.size), granularity: Self.blockGroup)
        return .kibibytes(512 * groups)
    }
}

extension EBSSnapshot: Booked {
    /// What can be asked of all snapshots.
    package enum Query: Hashable, Sendable {
        /// Which of them are not complete yet?
        case pending
    }

    package var questions: [Query] { state == .pending ? [.pending] : [] }
}
