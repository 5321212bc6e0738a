/// Something that happened in a run, for those who watch it.
package enum RunEvent: Hashable, Sendable {
    /// A flow has begun; `index` counts the flows from 0.
    case began(index: Int, Flow)
    /// A step of a flow has begun.
    case step(index: Int, Flow, StepReference)
    /// A flow removes what it made.
    case removing(index: Int, Flow)
    /// A flow is over.
    case finished(index: Int, RunResult)
}
