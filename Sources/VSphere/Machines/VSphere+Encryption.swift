import HashTreeCollections
import LabCore
import SimulatedMachine

/// A change of a machine's encryption.
package enum EncryptionChange: Hashable, Sendable {
    /// Encrypts a machine that is not.
    case encrypt(key: String)
    /// Takes the encryption off.
    case decrypt
    /// Encrypts the keys of the disks under another key; the disks stay as they are.
    case shallowRecrypt(key: String)
    /// Encrypts the disks anew.
    case deepRecrypt(key: String)

    /// Whether every block of every disk is written anew.
    var rewritesDisks: Bool {
        if case .shallowRecrypt = self { false } else { true }
    }
}

extension VSphere {
    /// Changes how a machine is encrypted.
    ///
    /// What rewrites disks needs a machine that is off and has no snapshots; another key for the same disks can be had
    /// while it runs, over one chain of snapshots without branches. Rule: VMW-120.
    mutating func apply(_ encryption: EncryptionChange, to id: Moref<VirtualMachine>) throws(MethodFault) {
        let vm = try virtualMachine(id)
        if encryption.rewritesDisks {
            guard vm.power.state == .poweredOff else {
                throw MethodFault(
                    .invalidPowerState(requested: .poweredOff, existing: vm.power.state), rule: "VMW-120")
            }
            guard vm.tree.isEmpty else {
                throw MethodFault(.invalidState(why: "the virtual machine has snapshots"), rule: "VMW-120")
            }
        } else {
            guard vm.tree.isChain else {
                throw MethodFault(.invalidState(why: "the snapshots have branches"), rule: "VMW-120")
            }
        }
        guard (vm.config.encryptionKey != nil) != encryption.isFirst else {
            throw MethodFault(
                .invalidState(why: "the virtual machine is \(encryption.isFirst ? "" : "not ")encrypted"),
                rule: "VMW-120")
        }
        try change(id) { vm in
            vm.config.encryptionKey = encryption.key
            for snapshot in vm.snapshots.keys { vm.snapshots[snapshot]?.config.encryptionKey = encryption.key }
        }
    }
}

extension EncryptionChange {
    /// The key that holds from then on.
    fileprivate var key: String? {
        switch self {
        case .encrypt(let key), .shallowRecrypt(let key), .deepRecrypt(let key): key
        case .decrypt: nil
        }
    }

    /// Whether the machine must not be encrypted yet.
    fileprivate var isFirst: Bool {
        if case .encrypt = self { true } else { false }
    }
}
