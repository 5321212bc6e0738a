/// What became of one fact on the way from the snapshot over the failed upgrade and back.
public enum Fate: String, Hashable, Sendable, Codable, CaseIterable {
    /// It never differed.
    case kept
    /// The upgrade changed it and the revert brought it back.
    case reverted
    /// It was there at the snapshot and is not there now, in whole or in part.
    case lost
    /// It is something else than at the snapshot.
    case changed
    /// It contradicts itself or cannot be read.
    case corrupt
}

extension Fate {
    /// The fate of a fact.
    ///
    /// - Parameters:
    ///   - wanted: what was found at the snapshot.
    ///   - failed: what was found after the failed upgrade.
    ///   - restored: what was found after the revert.
    public init(wanted: FactValue?, failed: FactValue?, restored: FactValue?) {
        switch (wanted, restored) {
        case (let wanted, let restored) where wanted == restored: self = failed == wanted ? .kept : .reverted
        case (_, .unreadable), (_, .text(Recovery.corrupt.rawValue)), (_, "unreadable"): self = .corrupt
        case (.some, .none): self = .lost
        case (.number(let wanted), .number(let restored)) where restored < wanted: self = .lost
        default: self = .changed
        }
    }
}
