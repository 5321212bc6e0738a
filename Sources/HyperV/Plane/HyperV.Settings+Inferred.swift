public import LabCore

extension HyperV.Settings {
    /// Behaviour that no page states and no recording shows; each field can be set to what turns out to be true.
    public struct Inferred: Hashable, Sendable {
        /// The identifier for a name that is too long or blank.
        ///
        /// Rule: HV-003.
        public var badName: HyperVFault.ErrorID = .invalidParameter
        /// Two checkpoints of a machine may have one name.
        ///
        /// Rule: HV-004.
        public var checkpointNamesRepeat = true
        /// A name stands for every machine that has it.
        ///
        /// Rule: HV-005.
        public var namesActOnEveryMatch = true
        /// Checkpoints are listed in the order of their creation; else in that of their ids.
        ///
        /// Rule: HV-053.
        public var listsCheckpointsByCreation = false
        /// A move of a machine's storage takes every layer along; else the disks that are attached alone.
        ///
        /// Rule: HV-126.
        public var storageMovesTakeWholeChains = true
        /// A machine fails over when all its files are on volumes that the other nodes reach.
        ///
        /// Rule: HV-036.
        public var failoverNeedsSharedFiles = true
        /// A saved machine's checkpoint holds a copy of its saved state.
        ///
        /// Rule: HV-013.
        public var copiesSavedState = true
        /// A production-only checkpoint of a saved or paused machine is refused.
        ///
        /// Rule: HV-014.
        public var sleepersCannotQuiesce = true
        /// A machine between two states takes no checkpoint.
        ///
        /// Rule: HV-015.
        public var transitionsRefuseCheckpoints = true
        /// A disk that cannot be forked undoes the fork of the others.
        ///
        /// Rule: HV-017.
        public var forksAllOrNothing = true
        /// A VHD Set is refused outside of a group of machines.
        ///
        /// Rule: HV-021.
        public var diskSetsNeedGroups = true
        /// A machine with an assigned device cannot keep its memory.
        ///
        /// Rule: HV-024.
        public var assignedDevicesBlockMemory = true
        /// Old configurations have no production checkpoints.
        ///
        /// Rule: HV-032.
        public var productionNeedsVersion = ConfigurationVersion(6, 2)
        /// A machine that runs machines of its own cannot keep its memory.
        ///
        /// Rule: HV-035.
        public var innerHypervisorBlocksMemory = true
        /// The replica side takes no user checkpoints.
        ///
        /// Rule: HV-037.
        public var replicasRefuseCheckpoints = true
        /// A failure on one of several targets does not stop the others.
        ///
        /// Rule: HV-038.
        public var failuresAreNonTerminating = true
        /// Automatic checkpoints can be restored.
        ///
        /// Rule: HV-045.
        public var automaticCheckpointsCanBeRestored = true
        /// Whether a call that asks for confirmation and cannot get it fails; otherwise it goes ahead.
        ///
        /// Rule: HV-060.
        public var promptFails = true
        /// Applying through WMI refuses a machine that runs.
        ///
        /// Rule: HV-065.
        public var applyThroughWMINeedsRest = true
        /// A running machine runs again after a checkpoint with memory was applied.
        ///
        /// Rule: HV-063.
        public var restoreResumesIfRunning = true
        /// A running machine is saved before a checkpoint is applied.
        ///
        /// Rule: HV-064.
        public var restoreSavesFirst = true
        /// Applying puts disks back that were detached since, and detaches those that were added.
        ///
        /// Rule: HV-069.
        public var applyRestoresAttachments = true
        /// A name stands for one checkpoint, or for none.
        ///
        /// Rule: HV-071.
        public var ambiguousCheckpoint: HyperVFault.ErrorID = .invalidParameter
        /// A saved state of another processor does not start.
        ///
        /// Rule: HV-074.
        public var memoryNeedsItsProcessor = true
        /// Hardware addresses come back with the settings.
        ///
        /// Rule: HV-077.
        public var applyRestoresHardwareAddresses = true
        /// A merge refuses an apply on the same machine.
        ///
        /// Rule: HV-079.
        public var mergesRefuseApply = true
        /// Removing one checkpoint leaves what hangs under it, whatever the WMI reference warns of.
        ///
        /// Rule: HV-093.
        public var destroyKeepsChildren = true
        /// Of several layers, the newest pair is merged first.
        ///
        /// Rule: HV-100.
        public var mergesNewestFirst = true
        /// Removing is refused while a checkpoint is made or applied.
        ///
        /// Rule: HV-106.
        public var operationsRefuseRemoval = true
        /// Merges go on when the management service starts after a crash.
        ///
        /// Rule: HV-107.
        public var mergesSurviveCrashes = true
        /// A machine may be pointed at a disk that others stand on.
        ///
        /// Rule: HV-125.
        public var allowsAttachingParents = true
        /// A machine without the shutdown service does not stop.
        ///
        /// Rule: HV-128.
        public var shutdownNeedsService = true
        /// A verb whose end is reached already warns and succeeds.
        ///
        /// Rule: HV-131.
        public var satisfiedVerbsWarn = true
        /// Applying an old checkpoint brings the old version of the configuration back.
        ///
        /// Rule: HV-135.
        public var applyRestoresVersion = true
        /// A running machine is critical-paused, when less than this is free where it writes.
        public var lowSpacePause = ByteCount.mebibytes(200)
        /// A machine is told to be degraded, when less than this is free where it writes.
        public var lowSpaceWarning = ByteCount.gibibytes(2)
        /// A Linux guest whose file systems do not freeze fails the whole quiesce.
        ///
        /// Rule: HV-152.
        public var failedFreezeFailsQuiesce = true
        /// Heartbeat is silent from power-on until the guest is up.
        ///
        /// Rule: HV-155.
        public var heartbeatNeedsBoot = true
        /// An export of a running machine without a word keeps its memory.
        ///
        /// Rule: HV-161.
        public var exportsKeepMemory = true
        /// An import under a GUID that is taken is refused.
        ///
        /// Rule: HV-163.
        public var duplicateIDsAreRefused = true
        /// A saved machine that is turned off loses its saved state.
        public var turnOffDropsSavedState = true
        /// Starting a paused machine resumes it.
        public var startResumesPaused = true

        /// Makes the default behaviour.
        public init() {}
    }
}
