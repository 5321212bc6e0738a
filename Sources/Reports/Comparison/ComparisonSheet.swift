import Hypervisor
import ScenarioRunner

/// A comparison as tables of words, which are set for a terminal or as Markdown.
struct ComparisonSheet {
    /// What stands above the columns.
    private(set) var headings: [String]
    private(set) var sections: [Section] = []
    /// What the numbers in the cells point to, in the order of their numbers.
    private(set) var footnotes: [Footnote] = []

    /// A table with a title.
    struct Section {
        var title: String
        var rows: [Row] = []
        /// What is to be said about all columns, below the table.
        var closing: [String] = []
    }

    /// A row of a table.
    struct Row {
        var label: String
        var cells: [Cell]
    }

    /// What stands in one place of a table.
    struct Cell {
        var text: String
        /// The numbers of the footnotes that it points to.
        var notes: [Int] = []
        var tone: TextStyle.Colour?

        /// The text with the numbers behind it.
        var full: String { ([text] + notes.map { "[\($0)]" }).filter { !$0.isEmpty }.joined(separator: " ") }
    }

    /// A sentence, the rule behind it, and the platforms on which it was said.
    struct Footnote {
        var platforms: [Platform]
        var account: Account

        /// The footnote in one line, as `AWS-002 (ec2): Memory is in no snapshot.`.
        var sentence: String {
            let names = platforms.map(\.rawValue).joined(separator: ", ")
            return "\(account.rule.map { "\($0) (\(names))" } ?? names): \(account.text)"
        }
    }

    init(_ comparison: Comparison) {
        let columns = comparison.columns
        headings = columns.map(\.platform.rawValue)
        add(outcome(of: columns))
        for section in snapshots(of: columns) { add(section) }
        add(waysBack(of: columns))
        add(facts("What came back", of: columns, \.contents))
        add(facts("What the machine is known by", of: columns, \.identity))
        add(times(of: columns))
    }

    /// The rules that the footnotes name, each once, in the order of their names.
    var rules: [String] { Set(footnotes.compactMap(\.account.rule)).sorted() }

    private mutating func add(_ section: Section) {
        if !section.rows.isEmpty { sections.append(section) }
    }

    /// A row; without it when it has nothing to say about any column.
    func row(_ label: String, _ cells: [Cell]) -> [Row] {
        cells.allSatisfy { $0.full.isEmpty } ? [] : [Row(label: label, cells: cells)]
    }

    /// The numbers of the footnotes that say `accounts` about a platform.
    mutating func notes(_ accounts: [Account], on platform: Platform) -> [Int] {
        accounts.map { account in
            guard let known = footnotes.firstIndex(where: { $0.account == account }) else {
                footnotes.append(Footnote(platforms: [platform], account: account))
                return footnotes.count
            }
            if !footnotes[known].platforms.contains(platform) { footnotes[known].platforms.append(platform) }
            return known + 1
        }
    }
}
