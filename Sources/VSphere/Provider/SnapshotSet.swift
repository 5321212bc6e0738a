import HashTreeCollections
import Hypervisor
import LabCore

extension VSphere {
    /// A snapshot in the words that all platforms share.
    func describe(
        _ snapshot: VirtualMachineSnapshot, of vm: VirtualMachine, notes: [Note]
    ) -> Hypervisor.Snapshot {
        let files = [snapshot.dataFile, snapshot.memoryFile].compactMap(\.self)
        let isPartial = snapshot.config.disks.contains { $0.role == .root && $0.mode.isIndependent }
        return Hypervisor.Snapshot(
            id: Hypervisor.Snapshot.ID(rawValue: snapshot.id.value), name: snapshot.name.unescapedForSnapshots,
            machine: MachineID(rawValue: vm.id.value), instant: snapshot.createTime,
            disks: snapshot.config.dependentDisks.compactMap(\.role).sorted(), holdsMemory: snapshot.memory != nil,
            isQuiesced: snapshot.isQuiesced, state: .ready,
            method: isPartial ? TakingMethod.independentRoot.rawValue : TakingMethod.snapshot.rawValue,
            storedBytes: files.reduce(.zero) { $0 + (store[$1]?.size ?? .zero) }, notes: notes)
    }
}

extension String {
    /// The text as the name of a snapshot: `%`, `/` and `\` escaped.
    ///
    /// Rule: VMW-021.
    var escapedForSnapshots: String {
        map { character in
            switch character {
            case "%": "%25"
            case "/": "%2f"
            case "\\": "%5c"
            default: String(character)
            }
        }.joined()
    }

    /// The text that was escaped for a snapshot's name.
    var unescapedForSnapshots: String {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
