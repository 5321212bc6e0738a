import Reports
import RuleLedger

extension RuleBook {
    /// What the ledger knows of every rule.
    static var fromLedger: RuleBook {
        RuleBook(
            Ledger(lines: ledgerLines).rules.map { rule in
                Entry(
                    id: rule.id, claim: rule.claim, source: rule.source == "-" ? "" : rule.source,
                    confidence: rule.confidence)
            })
    }
}
