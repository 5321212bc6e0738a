import HashTreeCollections
import Hypervisor
import LabCore

extension HyperV {
    /// Runs a verb that answers with a job, and waits for its end.
    ///
    /// A verb that was throttled is called again; of one whose answer was lost, the machine's present job is looked for.
    @discardableResult
    mutating func run(
        _ cmdlet: String, on id: VirtualMachine.ID, _ start: (inout HyperV) throws(HyperVFault) -> Job.ID?
    ) throws(Refusal) -> Boxed<Job>? {
        do throws(HyperVFault) {
            guard
                let job = try patiently({ plane throws(HyperVFault) in
                    do throws(HyperVFault) { return try start(&plane) } catch {
                        guard error.isAnswerLost else { throw error }
                        return plane.machines[id]?.job
                    }
                })
            else { return nil }
            return try wait(for: job)
        } catch {
            var fault = error
            fault.verb = fault.verb ?? cmdlet
            throw Refusal(fault)
        }
    }

    /// Calls a verb that is done when it answers; one whose answer was lost was done too.
    mutating func native(_ body: (inout HyperV) throws(HyperVFault) -> Void) throws(Refusal) {
        do throws(HyperVFault) {
            try patiently { plane throws(HyperVFault) in
                do throws(HyperVFault) { try body(&plane) } catch {
                    guard error.isAnswerLost else { throw error }
                }
            }
        } catch {
            throw Refusal(error)
        }
    }

    /// Calls again what was throttled.
    private mutating func patiently<Answer>(
        _ body: (inout HyperV) throws(HyperVFault) -> Answer
    ) throws(HyperVFault) -> Answer {
        for _ in 0..<settings.provider.retries {
            do throws(HyperVFault) { return try body(&self) } catch {
                guard error.id == HyperVFault.throttled.id else { throw error }
                advance(by: settings.provider.poll)
            }
        }
        return try body(&self)
    }

    /// Lets time pass until the guest of a running machine answers.
    mutating func awaitGuest(_ id: VirtualMachine.ID) {
        if let job = machines[id]?.job {
            // How the job ended shows in the machine, which is looked at next.
            _ = try? wait(for: job)
        }
        guard let machine = machines[id], machine.state == .running, let ready = machine.run.readyAt, ready > now else {
            return
        }
        advance(to: ready)
    }

    /// A machine by the name that the lab has for it.
    func labMachine(_ id: MachineID) throws(Refusal) -> Boxed<VirtualMachine> {
        do throws(HyperVFault) {
            guard let guid = VirtualMachine.ID(rawValue: id.rawValue) else { throw HyperVFault.noMachine(id.rawValue) }
            return try machine(guid)
        } catch {
            var fault = error
            fault.verb = "Get-VM"
            throw Refusal(fault)
        }
    }

    /// Looks again and again whether a machine's disks have been merged, but not for ever.
    ///
    /// Rule: HV-096.
    mutating func awaitMerges(of id: VirtualMachine.ID) {
        let limit = now + settings.provider.mergeLimit
        while now < limit, !pendingMerges(of: id).isEmpty { advance(by: settings.provider.poll) }
        let pending = pendingMerges(of: id)
        if !pending.isEmpty { note(id.rawValue, "\(pending.count) layers are not merged yet") }
    }
}
