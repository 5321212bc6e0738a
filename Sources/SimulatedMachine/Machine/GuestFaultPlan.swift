/// Something that is made to go wrong in a guest, once.
public enum GuestFaultPlan: Hashable, Sendable {
    /// The agent stops answering: the next freeze, shutdown or command through it runs into its time limit.
    case agentHangs
    /// The guest refuses the next freeze.
    case quiesceRefused
    /// The next power cut meets the write-back of the caches half way: what was in flight is torn.
    case tornWrite
}
