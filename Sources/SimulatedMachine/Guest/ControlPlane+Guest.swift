package import Hypervisor
package import LabCore

extension ControlPlane {
    /// Has a guest work, and lets the time pass that this takes, whether or not it comes to anything.
    ///
    /// - Parameter work: what the guest does from now on; nothing when there is no guest that could.
    /// - Throws: what the guest did not do.
    /// - Returns: what the guest's appliance says.
    package mutating func letGuestWork(
        _ work: (inout Self, _ now: Instant) throws(GuestFault) -> (answer: ApplianceAnswer, elapsed: Duration)?
    ) throws(Refusal) -> ApplianceAnswer {
        let time = now
        do throws(GuestFault) {
            guard let outcome = try work(&self, time) else { throw GuestFault(.isNotRunning) }
            advance(by: outcome.elapsed)
            return outcome.answer
        } catch {
            advance(by: error.elapsed)
            throw Refusal(error)
        }
    }
}
