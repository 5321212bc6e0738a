package import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Has the worker make a call, and waits for its answer.
    @discardableResult
    package func call(_ call: WorkerCall) async throws(Refusal) -> WorkerAnswer {
        guard !Task.isCancelled else { throw .cancelled }
        let meeting = call.changesSomething ? fault(meeting: call.function) : nil
        if call.changesSomething { settings.willCall(call) }
        switch meeting {
        case .refuse(let code):
            let code = code ?? "VIR_ERR_OPERATION_FAILED"
            throw Refusal(.refused, code: code, message: "made to fail before the call", verb: call.function)
        case .throttle:
            throw Refusal(
                .refused, code: "VIR_ERR_OPERATION_TIMEOUT", message: "cannot acquire state change lock",
                verb: call.function)
        case .delay(let duration): try await HostClock.sleep(duration)
        case .loseReply, nil: break
        }
        let answer = try await made(call)
        guard meeting != .loseReply else {
            throw Refusal(.unknown, code: "ReplyLost", message: "made to lose the reply", verb: call.function)
        }
        return answer
    }

    private func made(_ call: WorkerCall) async throws(Refusal) -> WorkerAnswer {
        let subject = call.domain ?? "libvirt"
        do throws(WorkerProcess.Failure) {
            let answer = try await link.call(call)
            if call.changesSomething { journal.note(subject, "\(call.function) -> done") }
            return answer
        } catch {
            let refusal = Refusal(error, verb: call.function)
            if call.changesSomething { journal.note(subject, "\(refusal)") }
            throw refusal
        }
    }

    /// What a domain does.
    func state(of machine: MachineID) async throws(Refusal) -> DomainState {
        guard case .state(let state) = try await call(.state(machine.rawValue)) else { throw .wrongAnswer }
        return state
    }

    func text(_ call: WorkerCall) async throws(Refusal) -> String {
        guard case .text(let text) = try await self.call(call) else { throw .wrongAnswer }
        return text
    }

    func texts(_ call: WorkerCall) async throws(Refusal) -> [String] {
        guard case .texts(let texts) = try await self.call(call) else { throw .wrongAnswer }
        return texts
    }

    func flag(_ call: WorkerCall) async throws(Refusal) -> Bool {
        guard case .flag(let flag) = try await self.call(call) else { throw .wrongAnswer }
        return flag
    }

    /// The record of a machine that this driver made.
    func record(of machine: MachineID) throws(Refusal) -> MachineRecord {
        guard let record = machines[machine] else {
            throw Refusal(
                .refused, code: "VIR_ERR_NO_DOMAIN", message: "no domain with matching name '\(machine)'")
        }
        return record
    }

    /// Takes over a changed record, on disk first.
    func keep(_ record: MachineRecord) throws(Refusal) {
        try store.write(record)
        machines[record.id] = record
    }

    /// The fault that meets the next call of a function, which counts down those that wait for a later one.
    private func fault(meeting function: String) -> Fault.CallEffect? {
        for (index, fault) in faults.enumerated() {
            guard case .call(let verb, let occurrence, let effect) = fault, verb == "*" || verb == function else {
                continue
            }
            guard occurrence <= 1 else {
                faults[index] = .call(verb: verb, occurrence: occurrence - 1, effect: effect)
                continue
            }
            faults.remove(at: index)
            return effect
        }
        return nil
    }
}

extension Refusal {
    /// The worker and its driver are of two versions.
    static let wrongAnswer = Refusal(.lab, code: "WrongAnswer", message: "the worker gave another kind of answer")

    /// This program was built without the library.
    static let noLibvirt = Refusal(
        .lab, code: "NoLibvirt", message: "this program was built without libvirt: its trait 'Libvirt' was off")

    /// A refusal for what came of a call.
    init(_ failure: WorkerProcess.Failure, verb: String) {
        switch failure {
        case .gone:
            self.init(
                .unknown, code: "WorkerGone", message: "the process that holds the connection to libvirt has ended",
                verb: verb)
        case .libvirt(let error):
            self.init(error.code.kind, code: error.code.name, message: error.message, verb: verb)
        }
    }
}

extension LibvirtError.Code {
    /// The name of the code in `virErrorNumber`, or its number.
    package var name: String {
        switch self {
        case .internalError: "VIR_ERR_INTERNAL_ERROR"
        case .noSupport: "VIR_ERR_NO_SUPPORT"
        case .invalidArgument: "VIR_ERR_INVALID_ARG"
        case .operationFailed: "VIR_ERR_OPERATION_FAILED"
        case .malformedXML: "VIR_ERR_XML_ERROR"
        case .invalidXMLDetail: "VIR_ERR_XML_DETAIL"
        case .systemError: "VIR_ERR_SYSTEM_ERROR"
        case .noDomain: "VIR_ERR_NO_DOMAIN"
        case .operationInvalid: "VIR_ERR_OPERATION_INVALID"
        case .configurationUnsupported: "VIR_ERR_CONFIG_UNSUPPORTED"
        case .operationTimeout: "VIR_ERR_OPERATION_TIMEOUT"
        case .noSnapshot: "VIR_ERR_NO_DOMAIN_SNAPSHOT"
        case .argumentUnsupported: "VIR_ERR_ARGUMENT_UNSUPPORTED"
        case .blockJobActive: "VIR_ERR_BLOCK_COPY_ACTIVE"
        case .operationUnsupported: "VIR_ERR_OPERATION_UNSUPPORTED"
        case .agentUnresponsive: "VIR_ERR_AGENT_UNRESPONSIVE"
        default: "VIR_ERR_\(rawValue)"
        }
    }

    /// The code of a name; nothing for a word that is none.
    package init?(name: String) {
        for number in 0...120 where Self(rawValue: number).name == name {
            self.init(rawValue: number)
            return
        }
        return nil
    }

    /// What kind of refusal the code stands for.
    var kind: Refusal.Kind {
        switch self {
        case .noSupport: .unsupported
        // These come from QEMU or the system in the middle of the work.
        case .internalError, .operationFailed, .systemError: .failed
        default: .refused
        }
    }
}
