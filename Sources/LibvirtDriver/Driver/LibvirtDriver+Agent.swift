internal import Foundation
package import Hypervisor
internal import LabCore

extension LibvirtDriver {
    /// Waits until the guest's agent really answers, after every start, revert and restore.
    ///
    /// "Connected" is not "ready". Rule: LV-071.
    func waitForAgent(of machine: MachineID, limit: Duration? = nil) async throws(Refusal) {
        let name = machine.rawValue
        // Without a limit of libvirt's own a hung agent blocks a freeze for ever. Rule: LV-026.
        try await call(.agentTimeout(name, seconds: settings.agentSeconds))
        let answer = try await HostClock.poll(for: limit ?? settings.bootLimit) { () async throws(Refusal) -> Bool? in
            do throws(Refusal) {
                _ = try await text(.agent(name, command: #"{"execute":"guest-ping"}"#, limit: 1))
                return true
            } catch {
                guard error.isAboutAgent else { throw error }
                return nil
            }
        }
        guard answer != nil else {
            throw Refusal(
                .failed, code: "AgentSilent",
                message: "the guest's agent did not answer within \((limit ?? settings.bootLimit).inWords)",
                rule: "LV-071")
        }
    }

    /// Sets the guest's clock to the host's: a guest whose memory was restored goes on at the old time.
    func setClock(of machine: MachineID) async throws(Refusal) {
        do throws(Refusal) {
            try await call(.setTime(machine.rawValue, nanoseconds: HostClock.now.nanoseconds))
        } catch {
            guard error.kind != .lab, error.kind != .unknown else { throw error }
            // An agent without the tool for the hardware clock does not set the system's either.
            let seconds = HostClock.now.nanoseconds / 1_000_000_000
            _ = try await run(GuestProgram("/bin/date", ["-u", "-s", "@\(seconds)"]), on: machine)
        }
    }

    /// Runs a program in the guest and waits for its end.
    package func run(_ program: GuestProgram, on machine: MachineID) async throws(Refusal) -> GuestExecResult {
        let process = try await start(program, on: machine)
        var pause = Duration.milliseconds(5)
        let end = ContinuousClock().now + program.limit
        while true {
            let status = try await agent(machine, "guest-exec-status", ["pid": process])
            if status["exited"] as? Bool == true {
                return GuestExecResult(
                    exitCode: status["exitcode"] as? Int, output: decoded(status["out-data"]),
                    errorOutput: decoded(status["err-data"]))
            }
            guard ContinuousClock().now < end else {
                throw Refusal(
                    .failed, code: "GuestProgramTooSlow",
                    message: "\(program.path) has not ended after \(program.limit.inWords)", verb: "guest-exec")
            }
            try await HostClock.sleep(pause)
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    /// Starts a program in the guest, and answers its process id there.
    private func start(_ program: GuestProgram, on machine: MachineID) async throws(Refusal) -> Int {
        var arguments: [String: Any] = ["path": program.path, "arg": program.arguments, "capture-output": true]
        if !program.input.isEmpty { arguments["input-data"] = Data(program.input).base64EncodedString() }
        let started = try await agent(machine, "guest-exec", arguments)
        guard let process = started["pid"] as? Int else { throw .oddAgent("guest-exec", started) }
        return process
    }

    /// Stops the guest's agent without ending it, and makes sure that it no longer answers.
    func makeAgentHang(on machine: MachineID) async throws(Refusal) {
        let program = GuestProgram("/bin/sh", ["-c", "for p in $(pidof qemu-ga); do kill -STOP $p; done"])
        // The agent is stopped by its own child, so its answer about that child would never come.
        _ = try await start(program, on: machine)
        let hangs = try await HostClock.poll(for: .seconds(30)) { () async throws(Refusal) -> Bool? in
            do throws(Refusal) {
                _ = try await text(.agent(machine.rawValue, command: #"{"execute":"guest-ping"}"#, limit: 1))
                return nil
            } catch {
                guard error.isAboutAgent else { throw error }
                return true
            }
        }
        guard hangs != nil else {
            throw Refusal(.failed, code: "AgentAnswers", message: "the guest's agent goes on answering")
        }
    }

    /// Has the guest refuse its next freeze by the hook that its agent calls, before anything is written or frozen.
    func refuseNextFreeze(on machine: MachineID) async throws(Refusal) {
        let program = GuestProgram("/bin/sh", ["-c", ": >/run/belay/refuse-freeze"])
        let ended = try await run(program, on: machine)
        guard ended.exitCode == 0 else {
            throw Refusal(.lab, code: "NoFault", message: "the guest cannot be told to refuse: \(ended.errorOutput)")
        }
    }

    /// Whether the guest's file systems are frozen, by the agent's word: `frozen` or `thawed`.
    ///
    /// It is one of the few commands that the agent of a frozen guest still answers. Rule: LV-028.
    func isFrozen(_ machine: MachineID) async throws(Refusal) -> Bool {
        let reply = try await text(
            .agent(machine.rawValue, command: #"{"execute":"guest-fsfreeze-status"}"#, limit: settings.agentSeconds))
        return reply.contains("frozen")
    }

    /// Hands the agent a command and reads what it returns; a guest that is slow to listen is asked again.
    private func agent(
        _ machine: MachineID, _ command: String, _ arguments: [String: Any]
    ) async throws(Refusal) -> [String: Any] {
        let message: [String: Any] = ["execute": command, "arguments": arguments]
        // Made of texts and numbers, which always encode; an answer that is no JSON is refused below.
        let line = (try? JSONSerialization.data(withJSONObject: message)) ?? Data()
        let call = WorkerCall.agent(
            machine.rawValue, command: String(decoding: line, as: UTF8.self), limit: settings.commandSeconds)
        let clock = ContinuousClock()
        let end = clock.now + settings.stallLimit
        var reply = ""
        while reply.isEmpty {
            do throws(Refusal) {
                reply = try await text(call)
            } catch {
                guard error.saysNothingWasSent, clock.now < end else { throw error }
            }
        }
        // What is no JSON is no answer, as the next lines say.
        let object = try? JSONSerialization.jsonObject(with: Data(reply.utf8))
        guard let answer = (object as? [String: Any])?["return"] as? [String: Any] else {
            throw .oddAgent(command, reply)
        }
        return answer
    }

    private func decoded(_ field: Any?) -> String {
        guard let text = field as? String, let bytes = Data(base64Encoded: text) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Refusal {
    /// Whether it says that the agent is not there or not ready.
    var isAboutAgent: Bool { code == LibvirtError.Code.agentUnresponsive.name }

    /// Whether the agent did not even listen, so that the command can be sent again without being done twice.
    ///
    /// The code is the same for a command that was sent and not answered; only the text, the same in libvirt 9.0 and
    /// 11.3, tells them apart. Another text leads to no second try, which is safe.
    fileprivate var saysNothingWasSent: Bool { isAboutAgent && message.contains("not available for now") }

    fileprivate static func oddAgent(_ command: String, _ answer: Any) -> Refusal {
        Refusal(.failed, code: "AgentAnswer", message: "\(command) was answered with \(answer)", verb: command)
    }
}
