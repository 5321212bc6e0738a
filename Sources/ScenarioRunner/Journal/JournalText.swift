package import Foundation

/// Writes journals: one entry a line, keys sorted, so that one seed gives the same bytes and a reader can compare lines.
package enum JournalText {
    /// The whole text of a journal.
    package static func text(of journal: Journal) throws -> Data {
        var data = try opening(journal.header)
        for entry in journal.entries {
            data += try line(of: entry, isFirst: entry.number == journal.entries.first?.number)
        }
        return data + (try closing(journal.result))
    }

    /// What stands before the entries.
    package static func opening(_ header: Journal.Header) throws -> Data {
        Data("{\"header\":\(try json(header)),\"journal\":\(Journal.version),\"entries\":[".utf8)
    }

    /// An entry, with what parts it from the one before.
    package static func line(of entry: Journal.Entry, isFirst: Bool) throws -> Data {
        Data("\(isFirst ? "" : ",")\n\(try json(entry))".utf8)
    }

    /// What stands behind the entries.
    package static func closing(_ result: RunResult) throws -> Data {
        Data("\n],\"result\":\(try json(result))}\n".utf8)
    }

    /// Reads a journal.
    package static func journal(_ data: Data) throws -> Journal {
        let journal = try JSONDecoder().decode(Journal.self, from: data)
        guard journal.journal == Journal.version else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "version \(journal.journal), where \(Journal.version) is known")
            )
        }
        return journal
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
