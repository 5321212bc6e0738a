import LabCore

/// One change of the database.
package enum Change: Hashable, Sendable {
    /// Makes a table with a schema.
    case create(table: String, schema: String)
    /// Sets a row.
    case put(table: String, key: Int, value: UInt64)
    /// Removes a row.
    case remove(table: String, key: Int)
    /// Rewrites every row of a table for another schema.
    case migrate(table: String, schema: String)

    /// The table that is changed.
    package var table: String {
        switch self {
        case .create(let table, _), .put(let table, _, _), .remove(let table, _), .migrate(let table, _): table
        }
    }

    func combine(into hasher: inout StableHasher) {
        switch self {
        case .create(let table, let schema), .migrate(let table, let schema):
            hasher.combine(table)
            hasher.combine(schema)
        case .put(let table, let key, let value):
            hasher.combine(table)
            hasher.combine(key)
            hasher.combine(value)
        case .remove(let table, let key):
            hasher.combine(table)
            hasher.combine(key)
        }
    }
}

/// One record of the write-ahead log; its place in the log is its sequence number.
package struct LogRecord: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case change(Change), commit, checkpoint }

    package var transaction: Int
    package var kind: Kind

    func combine(into hasher: inout StableHasher) {
        hasher.combine(transaction)
        switch kind {
        case .change(let change): change.combine(into: &hasher)
        case .commit: hasher.combine(byte: 1)
        case .checkpoint: hasher.combine(byte: 2)
        }
    }
}

/// One page of the log.
package struct LogPage: Hashable, Sendable {
    static let capacity = 32

    package var system: UInt64
    /// The sequence number of the first record.
    package var first: Int
    /// The digest of the page before, and with it a hash over everything that was logged before this one, so that what a
    /// torn write left behind is not taken for log.
    package var chain: UInt64
    package var records: [LogRecord] = []

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 9)
        hasher.combine(system)
        hasher.combine(first)
        hasher.combine(chain)
        for record in records { record.combine(into: &hasher) }
    }
}

/// One page of a table; page 0 is its header and carries the schema, the others carry rows.
package struct TablePage: Hashable, Sendable {
    static let capacity = 32

    package struct Row: Hashable, Sendable {
        package var key: Int
        package var value: UInt64
    }

    package var system: UInt64
    /// The sequence number of the last change of the page, by which recovery knows what the page has seen.
    package var lastChange: Int
    package var schema = ""
    package var rows: [Row] = []

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 10)
        hasher.combine(system)
        hasher.combine(lastChange)
        hasher.combine(schema)
        for row in rows {
            hasher.combine(row.key)
            hasher.combine(row.value)
        }
    }
}

/// Where recovery starts, kept beside the tables.
package struct ControlPage: Hashable, Sendable {
    package var system: UInt64
    /// The sequence number from which the log is replayed.
    package var redo: Int
    /// The sequence number of the checkpoint's own record.
    package var checkpoint: Int
    /// Whether the database was shut down after the checkpoint.
    package var isShutDown: Bool

    func combine(into hasher: inout StableHasher) {
        hasher.combine(byte: 11)
        hasher.combine(system)
        hasher.combine(redo)
        hasher.combine(checkpoint)
        hasher.combine(isShutDown ? 1 : 0)
    }
}
