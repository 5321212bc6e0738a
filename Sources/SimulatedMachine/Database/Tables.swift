import LabCore

/// The contents of a database: its tables, in pages.
package struct Tables: Hashable, Sendable {
    package struct Table: Hashable, Sendable {
        var pages: [TablePage]
        /// The pages that are newer than on the disk.
        var dirty: Set<Int> = []
    }

    package let system: UInt64
    package var tables: [String: Table] = [:]

    package init(system: UInt64) { self.system = system }

    /// The names of the tables, ascending.
    package var names: [String] { tables.keys.sorted() }

    /// The schema of a table; empty for tables that know no versions.
    package func schema(of table: String) -> String? { tables[table]?.pages.first?.schema }

    /// The rows of a table, by key.
    package func rows(of table: String) -> [TablePage.Row] { tables[table]?.pages.flatMap(\.rows) ?? [] }

    /// The number of rows in a table.
    package func count(of table: String) -> Int { tables[table]?.pages.reduce(0) { $0 + $1.rows.count } ?? 0 }

    /// The key that follows the last one in a table.
    package func nextKey(in table: String) -> Int {
        (tables[table]?.pages.last { !$0.rows.isEmpty }?.rows.last?.key ?? -1) + 1
    }

    /// Applies a change; a page that has seen it already is left alone, so that applying twice is applying once.
    package mutating func apply(_ change: Change, at number: Int) {
        switch change {
        case .create(let table, let schema):
            if tables[table] == nil { tables[table] = Table(pages: []) }
            touch(0, of: table, at: number) { $0.schema = schema }
        case .put(let table, let key, let value):
            touch(1 + key / TablePage.capacity, of: table, at: number) { page in
                let row = TablePage.Row(key: key, value: value)
                if let place = page.rows.firstIndex(where: { $0.key == key }) {
                    page.rows[place] = row
                } else {
                    let place = page.rows.firstIndex { $0.key > key } ?? page.rows.endIndex
                    page.rows.insert(row, at: place)
                }
            }
        case .remove(let table, let key):
            touch(1 + key / TablePage.capacity, of: table, at: number) { page in page.rows.removeAll { $0.key == key } }
        case .migrate(let table, let schema):
            touch(0, of: table, at: number) { $0.schema = schema }
            var hasher = StableHasher()
            hasher.combine(schema)
            let salt = hasher.finalize()
            for index in 1..<max(1, tables[table]?.pages.count ?? 1) {
                touch(index, of: table, at: number) { page in
                    for row in page.rows.indices { page.rows[row].value ^= salt }
                }
            }
        }
    }

    private mutating func touch(
        _ index: Int, of table: String, at number: Int, _ body: (inout TablePage) -> Void
    ) {
        tables[table, default: Table(pages: [])].touch(index, of: system, at: number, body)
    }
}

extension Tables.Table {
    /// Has a page see the change of a number, unless it has seen it; pages that are missing up to it are made.
    fileprivate mutating func touch(
        _ index: Int, of system: UInt64, at number: Int, _ body: (inout TablePage) -> Void
    ) {
        while pages.count <= index {
            dirty.insert(pages.count)
            pages.append(TablePage(system: system, lastChange: -1))
        }
        guard pages[index].lastChange < number else { return }
        dirty.insert(index)
        pages[index].lastChange = number
        body(&pages[index])
    }
}
