/// Something that is made to go wrong, once.
public enum Fault: Hashable, Sendable, Codable {
    /// The `occurrence`-th call of `verb` from now on (a native verb, or `*` for any call that changes something) goes wrong.
    case call(verb: String, occurrence: Int, effect: CallEffect)
    /// The next snapshot that is taken ends in error after it was accepted.
    case snapshotEndsInError
    /// The guest's agent stops answering; a freeze that is asked for hangs.
    case agentHangs
    /// The guest refuses to freeze.
    case quiesceRefused

    /// How a call goes wrong.
    public enum CallEffect: Hashable, Sendable, Codable {
        /// It is refused with this native code, or a usual one, and changes nothing.
        case refuse(code: String?)
        /// It is refused because there were too many calls, and changes nothing.
        case throttle
        /// It is done, this much later.
        case delay(Duration)
        /// It is done, but the caller never hears of it.
        case loseReply
    }
}
