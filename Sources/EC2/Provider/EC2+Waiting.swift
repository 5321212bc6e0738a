import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// Calls a native verb as an official SDK does: what was throttled, met a server fault or lost its answer is repeated.
    ///
    /// - Parameters:
    ///   - verb: the call; with a client token where there is one, so that a repetition does no harm.
    ///   - found: what a look at the resources says when the answer was lost; nothing to call again.
    /// - Throws: a refusal when the call is refused for good.
    /// - Returns: what the call answers.
    mutating func patiently<Answer>(
        _ verb: (inout EC2) throws(EC2Fault) -> Answer, ifLost found: (EC2) -> Answer? = { _ in nil }
    ) throws(Refusal) -> Answer {
        var pause = Duration.seconds(1)
        for _ in 0..<settings.provider.retries {
            do throws(EC2Fault) { return try verb(&self) } catch {
                if error.isAnswerLost, let answer = found(self) { return answer }
                let isTooSoon = error.code == EC2Fault.tooSoonForVolume.code
                guard error.isAnswerLost || error.isRetriedByClients || isTooSoon else {
                    throw Refusal(error)
                }
                advance(by: pause)
                pause = pause * 2
            }
        }
        return try native(verb)
    }

    /// Lets time pass until `isReached`, looking as often as the waiters of the official SDKs do.
    mutating func poll(for limit: Duration = .hours(24), until isReached: (EC2) -> Bool) -> Bool {
        let deadline = now + limit
        while !isReached(self) {
            guard now < deadline else { return false }
            advance(by: settings.provider.poll)
        }
        return true
    }

    /// Lets time pass until an instance is in no passing state and its guest is not between two boots.
    mutating func waitUntilSettled(_ id: Instance.ID) throws(Refusal) {
        try advance { ec2 throws(Refusal) in
            guard let instance = ec2.instances[id] else { throw Refusal(EC2Fault.unknown([id])) }
            return [.pending, .stopping, .shuttingDown].contains(instance.state) || instance.isRebooting
        }
    }

    /// Lets time pass until the services of a running guest are up or have given up.
    mutating func waitUntilReady(_ id: Instance.ID) {
        if let instance = instances[id], instance.state == .running, instance.ready > now {
            advance(to: instance.ready)
        }
    }
}
