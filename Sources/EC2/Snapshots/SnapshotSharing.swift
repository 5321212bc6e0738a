import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

/// Who may restore a snapshot besides the account that owns it.
package enum SnapshotRecipient: Hashable, Sendable {
    /// Another account.
    case account(String)
    /// Everybody.
    case all
}

extension EC2 {
    /// ModifySnapshotAttribute: gives others the right to restore a snapshot, or takes it from them.
    ///
    /// What is encrypted cannot be given to everybody, and what is encrypted with the default key to nobody: a default key
    /// stays in its account. Rule: AWS-060.
    package mutating func modifySnapshotAttribute(
        of id: EBSSnapshot.ID, adding: Set<SnapshotRecipient> = [], removing: Set<SnapshotRecipient> = []
    ) throws(EC2Fault) {
        try call("ModifySnapshotAttribute", on: id.rawValue) { ec2 throws(EC2Fault) in
            guard adding.isEmpty || removing.isEmpty else {
                throw EC2Fault(
                    .invalidParameterCombination, "Permissions cannot be added and removed in the same request.")
            }
            let snapshot = try ec2.snapshot(id)
            if let key = snapshot.key, !adding.isEmpty {
                guard key != Self.defaultKey else {
                    throw .cannotShare(id, "with the default key", code: ec2.settings.inferred.sharingEncrypted)
                }
                guard !adding.contains(.all) else {
                    throw .cannotShare(id, "and cannot be public", code: ec2.settings.inferred.sharingEncrypted)
                }
            }
            ec2.snapshots[id]?.recipients = snapshot.recipients.union(adding).subtracting(removing)
        }
    }

    /// The key of the account that encrypts what names no other.
    static let defaultKey = "alias/aws/ebs"

    /// Whether a snapshot is encrypted with a key of another account, which does to copy it and to nothing else.
    ///
    /// Rule: AWS-060.
    func isUnderForeignKey(_ snapshot: EBSSnapshot) -> Bool {
        snapshot.key != nil && snapshot.owner != settings.account
    }

    /// The key of a copy, which of a foreign encrypted snapshot is one of the account's own.
    ///
    /// Rule: AWS-060.
    func keyOfCopy(of source: EBSSnapshot, asked: String?, isEncrypted: Bool?) throws(EC2Fault) -> String? {
        guard isUnderForeignKey(source) else {
            return encryptionKey(asked: asked, isEncrypted: isEncrypted, source: source.key)
        }
        guard asked != source.key else { throw .underForeignKey(source.id, code: settings.inferred.foreignKey) }
        return asked ?? Self.defaultKey
    }
}

extension EC2Fault {
    static func cannotShare(_ id: EBSSnapshot.ID, _ why: String, code: Code) -> EC2Fault {
        EC2Fault(code, "The snapshot '\(id)' cannot be shared: it is encrypted \(why).", rule: "AWS-060")
    }
    static func underForeignKey(_ id: EBSSnapshot.ID, code: Code) -> EC2Fault {
        EC2Fault(
            code, "The snapshot '\(id)' is encrypted with a key of another account; copy it with a key of your own.",
            rule: "AWS-060")
    }
}
