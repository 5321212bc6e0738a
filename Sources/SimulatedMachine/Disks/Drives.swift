package import Hypervisor
package import LabCore

/// The disks of a machine as its controller sees them: writes between two barriers are in flight together.
///
/// With a fuse, power fails after so many writes: of the writes that are in flight then, the dice choose which have
/// reached their disk. The guest's code runs on to the end of its operation without noticing, and is thrown away.
package struct Drives: Hashable, Sendable {
    // A field for each role: they are read all the time, and a dictionary would hash the role every time.
    private var root: Disk?
    private var data: Disk?
    /// The number of writes that were asked for; the difference over an operation is where its power can fail.
    package private(set) var issued = 0
    private var fuse: Fuse?

    private struct Write: Hashable, Sendable {
        let role: DiskRole
        let number: Int
        let block: Block?
    }

    private struct Fuse: Hashable, Sendable {
        var remaining: Int
        var dice: Dice
        var isBlown = false
        var inFlight: [Write] = []
    }

    package init() {}

    package subscript(role: DiskRole) -> Disk? {
        get {
            switch role {
            case .root: root
            case .data: data
            }
        }
        set {
            switch role {
            case .root: root = newValue
            case .data: data = newValue
            }
        }
    }

    /// The disks that are attached, by role.
    package var disks: [DiskRole: Disk] {
        var disks: [DiskRole: Disk] = [:]
        for role in DiskRole.allCases { disks[role] = self[role] }
        return disks
    }

    /// One block as the guest reads it; nothing where none was written or no disk is attached.
    package func read(_ number: Int, of role: DiskRole) -> Block? {
        if let fuse, let write = fuse.inFlight.last(where: { $0.role == role && $0.number == number }) {
            return write.block
        }
        guard let disk = self[role], number < disk.blockCount else { return nil }
        return disk[number]
    }

    /// Writes or discards one block; writes to a disk that is not there are lost.
    package mutating func write(_ block: Block?, to number: Int, of role: DiskRole) {
        issued += 1
        let write = Write(role: role, number: number, block: block)
        guard fuse == nil else {
            fuse?.inFlight.append(write)
            return
        }
        apply(write)
    }

    /// Waits until all writes so far are on the disks.
    package mutating func barrier() {
        guard var fuse, !fuse.isBlown else { return }
        var landing = fuse.inFlight
        if landing.count > fuse.remaining {
            let lucky = fuse.dice.choose(fuse.remaining, of: landing.count)
            landing = lucky.map { landing[$0] }
            fuse.isBlown = true
        } else {
            fuse.remaining -= landing.count
            fuse.inFlight = []
        }
        self.fuse = nil
        for write in landing { apply(write) }
        self.fuse = fuse
    }

    /// Has the power fail after `writes` more writes.
    package mutating func lightFuse(after writes: Int, dice: Dice) { fuse = Fuse(remaining: writes, dice: dice) }

    /// Ends the operation over which power fails; what was in flight and not chosen is lost.
    package mutating func removeFuse() {
        barrier()
        fuse = nil
    }

    private mutating func apply(_ write: Write) {
        guard let size = self[write.role]?.blockCount, write.number < size else { return }
        switch write.role {  // In place: of a disk that is held twice, every node on the way to the block is copied.
        case .root: root?[write.number] = write.block
        case .data: data?[write.number] = write.block
        }
    }
}

extension Dice {
    /// Chooses `count` of the numbers below `bound`, ascending.
    fileprivate mutating func choose(_ count: Int, of bound: Int) -> [Int] {
        var numbers = Array(0..<bound)
        while numbers.count > count { numbers.remove(at: roll(below: numbers.count)) }
        return numbers
    }
}
