import Hypervisor
import LabCore

extension SimulatedMachine {
    private static let secrets = "secrets"

    /// Leaves records behind that were encrypted under a key that is gone.
    mutating func loseKey(of count: Int) -> ApplianceAnswer {
        answer("\(count) records cannot be decrypted any more") { machine throws(DatabaseFault) in
            guard let tables = machine.tables else { throw .corrupt(machine.session?.databaseTrouble ?? "no database") }
            let first = tables.nextKey(in: Self.secrets)
            if !tables.names.contains(Self.secrets) { try machine.commit([[.create(table: Self.secrets, schema: "")]]) }
            try machine.commit((first..<first + count).map { [.put(table: Self.secrets, key: $0, value: 0)] })
        }
    }

    /// How many records nobody can decrypt, which the checks before an upgrade find.
    ///
    /// Rule: GHES-019.
    var undecryptable: Int { tables?.count(of: Self.secrets) ?? 0 }
}
