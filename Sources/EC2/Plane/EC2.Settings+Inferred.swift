extension EC2.Settings {
    /// Behaviour that no page states and no recording shows; each field can be set to what turns out to be true.
    public struct Inferred: Hashable, Sendable {
        /// Descriptions of snapshots beyond ASCII are refused.
        ///
        /// Rule: AWS-016.
        public var refusesNonASCIIDescriptions = true
        /// On equal key a tag of the request wins over the one copied from the volume.
        ///
        /// Rule: AWS-027.
        public var explicitTagsWin = true
        /// Tags whose key begins with `aws:` are copied from volumes.
        ///
        /// Rule: AWS-027.
        public var copiesReservedTags = false
        /// One volume at its limit refuses a whole set of snapshots.
        ///
        /// Rule: AWS-028.
        public var memberLimitsRefuseSets = true
        /// The code for a snapshot set of a terminated instance.
        ///
        /// Rule: AWS-030.
        public var snapshotSetOfTerminated: EC2Fault.Code = .incorrectInstanceState
        /// Images that are disabled protect their snapshots too.
        ///
        /// Rule: AWS-036.
        public var disabledImagesProtectSnapshots = true
        /// The code for deleting a locked snapshot.
        ///
        /// Rule: AWS-042.
        public var lockedSnapshot: EC2Fault.Code = .operationNotPermitted
        /// The code for deleting a snapshot that a backup service owns.
        ///
        /// Rule: AWS-044.
        public var managedSnapshot: EC2Fault.Code = .operationNotPermitted
        /// The code for sharing a snapshot whose encryption does not allow it.
        ///
        /// Rule: AWS-060.
        public var sharingEncrypted: EC2Fault.Code = .operationNotPermitted
        /// The code for using a snapshot that is encrypted with a key of another account.
        ///
        /// Rule: AWS-060.
        public var foreignKey: EC2Fault.Code = "InvalidParameter"
        /// The code for attaching to an instance that is neither running nor stopped.
        ///
        /// Rule: AWS-073.
        public var attachToUnsettled: EC2Fault.Code = .incorrectState
        /// The code for detaching the root of a running instance.
        ///
        /// Rule: AWS-080.
        public var rootDetach: EC2Fault.Code = .operationNotPermitted
        /// The code for a flag of a device that is not mapped.
        ///
        /// Rule: AWS-107.
        public var unmappedDevice: EC2Fault.Code = "InvalidInstanceAttributeValue"
        /// The code for deregistering a protected image.
        ///
        /// Rule: AWS-131.
        public var protectedImage: EC2Fault.Code = .operationNotPermitted
        /// The code for replacing the root of an instance that does not run.
        ///
        /// Rule: AWS-132.
        public var rootReplacementState: EC2Fault.Code = .incorrectInstanceState
        /// The code for two sources of one root replacement.
        ///
        /// Rule: AWS-133.
        public var rootReplacementSources: EC2Fault.Code = .invalidParameterCombination
        /// The code for archiving a snapshot that an image uses.
        ///
        /// Rule: AWS-141.
        public var archiveInUse: EC2Fault.Code = "InvalidSnapshot.InUse"
        /// The code for using an archived snapshot.
        ///
        /// Rule: AWS-142.
        public var archivedSnapshot: EC2Fault.Code = .incorrectState
        /// The code for contradictory or missing terms of a lock.
        ///
        /// Rule: AWS-144.
        public var lockTerms: EC2Fault.Code = .invalidParameterCombination
        /// The code for loosening a lock that can only be extended.
        ///
        /// Rule: AWS-145.
        public var complianceLock: EC2Fault.Code = .operationNotPermitted
        /// The code for taking an image out of the Recycle Bin before its snapshots.
        ///
        /// Rule: AWS-148.
        public var imageWithoutSnapshots: EC2Fault.Code = "InvalidState"
        /// The code for a signature that does not belong to its key.
        ///
        /// Rule: AWS-163.
        public var badSignature: EC2Fault.Code = "AuthFailure"
        /// Blocks of 512 KiB that a guest reads from its root while it boots.
        ///
        /// Rule: AWS-047.
        public var blocksReadAtBoot = 200
        /// The share of a root volume, in percent, that an installed system takes beside the files that the lab keeps of it.
        ///
        /// The lab keeps what upgrades change, which is a fraction of what a restored volume has to load. Rule: AWS-047.
        public var systemShare = 10
        /// Seconds for which a snapshot in error still occupies a slot of its volume.
        ///
        /// Rule: AWS-008.
        public var errorHoldsSlot = 60

        /// Makes the default behaviour.
        public init() {}
    }
}
