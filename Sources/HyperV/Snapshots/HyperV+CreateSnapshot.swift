import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension HyperV {
    /// Takes a checkpoint, of the type that the machine is set to.
    ///
    /// `Checkpoint-VM`.
    package mutating func checkpointVM(
        _ id: VirtualMachine.ID, _ request: CheckpointRequest = CheckpointRequest()
    ) throws(HyperVFault) -> Job.ID {
        try call("Checkpoint-VM", on: id.rawValue, answer: { $0.rawValue }, checksFirst: true) {
            (plane) throws(HyperVFault) in try plane.beginCheckpoint(request, of: id)
        }
    }

    /// Takes a checkpoint through WMI: it answers 4096 and a job, and the checkpoint is found by the job.
    ///
    /// `Msvm_VirtualSystemSnapshotService.CreateSnapshot`. Rule: HV-170.
    package mutating func createSnapshot(
        _ id: VirtualMachine.ID, _ request: CheckpointRequest
    ) throws(HyperVFault) -> (returnValue: Int, resultingSnapshot: Checkpoint.ID?, job: Job.ID) {
        let job = try call("CreateSnapshot", on: id.rawValue, answer: { $0.rawValue }, checksFirst: true) {
            (plane) throws(HyperVFault) in try plane.beginCheckpoint(request, of: id)
        }
        return (4096, nil, job)
    }

    /// Captures the machine, or has its guest bring the disks to rest, and lets the job begin.
    mutating func beginCheckpoint(
        _ request: CheckpointRequest, of id: VirtualMachine.ID
    ) throws(HyperVFault) -> Job.ID {
        settle(id)
        try validate(request, of: machine(id))
        var (taken, doom) = try prepare(id)
        if doomedSnapshots.strike([id]) {
            doom = .checkpoint("The virtual disks could not be created", try machine(id), rule: "HV-017")
        }
        let (capture, duration) = try capture(id, taken)
        return begin(
            .createCheckpoint(request), on: id, phases: [duration], capture: Boxed(capture), doom: doom)
    }

    /// Has a guest that runs bring its disks to rest, as far as it is asked to and can, and looks for room.
    private mutating func prepare(_ id: VirtualMachine.ID) throws(HyperVFault) -> (Taken, doom: HyperVFault?) {
        let machine = try machine(id)
        // Rule: HV-034.
        if machine.isDomainController, machine.config.checkpointType == .standard {
            note(id.rawValue, "only production checkpoints are supported on domain controllers (HV-034)")
        }
        switch machine.state {
        case .off:  // Rule: HV-012.
            try checkRoom(for: machine, holdsMemory: false)
            return (Taken(), nil)
        case .saved, .paused:
            let taken = try captureSleeper(machine)
            try checkRoom(for: machine, holdsMemory: taken.holdsMemory)
            return (taken, nil)
        default:
            // A guest that was asked to hold still goes on when the host then refuses.
            return try asWhole { (plane) throws(HyperVFault) in
                let (taken, doom) = try plane.captureRunning(machine)
                try plane.checkRoom(for: machine, holdsMemory: taken.holdsMemory)
                return (taken, doom)
            }
        }
    }

    /// What a machine holds at this moment, and how long it takes to put that down.
    private func capture(
        _ id: VirtualMachine.ID, _ taken: Taken
    ) throws(HyperVFault) -> (Capture, duration: Duration) {
        let (machine, timings) = (try machine(id), settings.timings)
        let disks = contents(of: machine)
        let capture = Capture(
            instant: now + taken.elapsed, disks: disks,
            memory: taken.holdsMemory ? machine.wrappedValue.hardware.memory : nil, consistency: taken.consistency,
            configuration: machine.configBox)
        let duration = taken.elapsed + timings.checkpoint + timings.perDisk * disks.count { $0 != nil }
        guard taken.holdsMemory else { return (capture, duration) }
        return (capture, duration + timings.capture + machine.config.memory.time(at: timings.memoryRate))
    }

    /// What a capture is going to hold, and how long it kept the guest waiting.
    private struct Taken {
        var consistency = Consistency.off
        var elapsed = Duration.zero
        var holdsMemory: Bool { consistency == .memory }
    }

    /// A machine that stands still is captured with its memory.
    ///
    /// Rule: HV-013.
    private func captureSleeper(_ machine: Boxed<VirtualMachine>) throws(HyperVFault) -> Taken {
        if machine.config.checkpointType == .productionOnly, settings.inferred.sleepersCannotQuiesce {
            throw .productionImpossible(machine, rule: "HV-014")
        }
        guard settings.inferred.copiesSavedState || machine.state == .paused else {
            return Taken(consistency: .crash)
        }
        try checkMemoryCanBeKept(of: machine)
        return Taken(consistency: .memory)
    }

    /// A running machine is captured as its type says, and as its guest allows.
    private mutating func captureRunning(
        _ machine: Boxed<VirtualMachine>
    ) throws(HyperVFault) -> (Taken, doom: HyperVFault?) {
        let type = settings.profile.hasCheckpointTypes ? machine.config.checkpointType : .standard
        guard type != .standard else {
            try checkMemoryCanBeKept(of: machine)
            return (Taken(consistency: .memory), nil)  // Rule: HV-011.
        }
        let (isQuiesced, elapsed, obstacle) = quiesce(machine)
        if isQuiesced {
            let consistency = machine.guest.isWindows ? Consistency.application : .fileSystem
            return (Taken(consistency: consistency, elapsed: elapsed), nil)  // Rule: HV-008.
        }
        if type == .productionOnly {
            let fault = HyperVFault.productionImpossible(machine, rule: obstacle ?? "HV-010")
            guard obstacle == Self.freezeFailed else { throw fault }
            return (Taken(consistency: .crash, elapsed: elapsed), fault)  // Rule: HV-010.
        }
        try checkMemoryCanBeKept(of: machine)
        return (Taken(consistency: .memory, elapsed: elapsed), nil)  // Rule: HV-009.
    }

    /// Asks the guest to bring its disks to rest.
    private mutating func quiesce(_ machine: Boxed<VirtualMachine>) -> (
        isDone: Bool, elapsed: Duration, obstacle: RuleID?
    ) {
        if machine.config.version < settings.inferred.productionNeedsVersion {
            return (false, .zero, "HV-032")
        }
        if let obstacle = obstacleToQuiescing(machine) { return (false, .zero, obstacle) }
        do throws(GuestFault) {
            guard let elapsed = try machines[machine.id]?.wrappedValue.hardware.freeze(at: world.now) else {
                return (false, .zero, nil)
            }
            return (true, elapsed, nil)
        } catch {
            if !settings.inferred.failedFreezeFailsQuiesce, error.reason == .quiesceRefused {
                return (true, error.elapsed, nil)
            }
            return (false, error.elapsed, Self.freezeFailed)
        }
    }

    /// The guest was asked and did not do it.
    ///
    /// Rule: HV-152.
    private static let freezeFailed: RuleID = "HV-152"

    /// Lets a guest go on that holds its disks still.
    mutating func thaw(_ id: VirtualMachine.ID) { machines[id]?.wrappedValue.hardware.thaw(at: world.now) }

    // MARK: The end of the job

    /// Forks every disk at once, and hangs the checkpoint into the tree.
    mutating func finishCheckpoint(
        _ request: CheckpointRequest, of id: VirtualMachine.ID, _ capture: Boxed<Capture>?
    ) throws(HyperVFault) -> Checkpoint.ID {
        guard let capture = capture?.wrappedValue else { throw .state("HV-015") }
        thaw(id)
        settle(id)
        let checkpoint = try file(capture, of: id, request)
        var drives = try machine(id).configBox.drives
        for (index, captured) in zip(drives.indices, capture.disks) {
            guard let captured, let path = drives[index].path,
                let leaf = fork(path, of: id, for: checkpoint, holding: captured)
            else { continue }
            drives[index].source = .file(leaf)
        }
        machines[id]?.change { machine in
            machine.config.drives = drives
            machine.tree.create(checkpoint)
        }
        return checkpoint
    }

    /// Makes the checkpoint of a capture, with the file that its memory lies in.
    private mutating func file(
        _ capture: Capture, of id: VirtualMachine.ID, _ request: CheckpointRequest
    ) throws(HyperVFault) -> Checkpoint.ID {
        let machine = try machine(id)
        let name = request.name ?? Self.usualName(of: machine, at: capture.instant)
        var checkpoint = Checkpoint(
            id: makeID(Checkpoint.self), of: id, name: name, type: request.type, created: capture.instant,
            config: capture.configuration, consistency: capture.consistency, privateAddress: machine.privateAddress)
        checkpoint.isAutomatic = request.isAutomatic
        // Where a merge ended meanwhile, the disk lies in another file.
        let drives = machine.configBox.drives
        if checkpoint.config.drives != drives { checkpoint.config.drives = drives }
        if let memory = capture.memory {
            let path = FilePath(machine.config.snapshotFileLocation, "Snapshots\\\(checkpoint.id).vmrs")
            placeState(path, machine.config.memory)
            checkpoint.memory = memory
            checkpoint.stateFile = path
            checkpoint.savedOn = machine.state == .saved ? machine.savedOn : processorFeatures
        }
        checkpoints[checkpoint.id] = Boxed(checkpoint)
        return checkpoint.id
    }

    /// Fixes a file as it was captured, and makes a new one for the machine to write to from then on.
    private mutating func fork(
        _ path: FilePath, of id: VirtualMachine.ID, for checkpoint: Checkpoint.ID, holding captured: Disk
    ) -> FilePath? {
        guard let live = content(of: path) else { return nil }
        files[path]?.change { file in
            file.put(captured)
            file.checkpoint = checkpoint
        }
        measure(path)
        return openLeaf(on: path, holding: live, for: id)
    }

    /// Where forks are not taken back, the first disk of a checkpoint that failed stays on a layer that belongs to nobody.
    ///
    /// Rule: HV-017.
    mutating func leaveFirstForked(_ id: VirtualMachine.ID) {
        guard let path = machines[id]?.configBox.drives.files.first, let live = content(of: path) else { return }
        putAway(path)
        let leaf = openLeaf(on: path, holding: live, for: id)
        machines[id]?.wrappedValue.config.repoint(from: path, to: leaf)
    }

    /// The name of a checkpoint that was given none: the machine's, and the time as in the United States.
    ///
    /// Rule: HV-002.
    static func usualName(of machine: Boxed<VirtualMachine>, at instant: Instant) -> String {
        let (date, clock) = instant.fields
        let hour = clock.hour % 12 == 0 ? 12 : clock.hour % 12
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(machine.config.name) - (\(date.month)/\(date.day)/\(date.year) - "
            + "\(hour):\(two(clock.minute)):\(two(clock.second)) \(clock.hour < 12 ? "AM" : "PM"))"
    }
}
