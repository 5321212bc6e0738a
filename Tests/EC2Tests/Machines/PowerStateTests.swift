import Hypervisor
import PlaneTesting
import Testing

@testable import EC2

@Suite("The states of an instance")
struct PowerStateTests {
    @Test("every event in every state")
    func table() {
        let table = StateTable<PowerState>(
            events: [
                ("start", { _ = try $0.start() }), ("stop", { _ = try $0.stop() }), ("reboot", { _ = try $0.reboot() }),
                ("terminate", { _ = $0.terminate() }), ("launched", { _ = $0.launched() }),
                ("went down", { _ = $0.wentDown() }), ("removed", { _ = $0.removed() }),
                ("failed to launch", { _ = $0.failedToLaunch() }),
            ],
            rows: [
                .pending: [.pending, nil, nil, .shuttingDown, .running, .pending, .pending, .terminated],
                .running: [.running, .stopping, .running, .shuttingDown, .running, .running, .running, .running],
                .stopping: [nil, .stopping, nil, .shuttingDown, .stopping, .stopped, .stopping, .stopping],
                .stopped: [.pending, .stopped, nil, .shuttingDown, .stopped, .stopped, .stopped, .stopped],
                .shuttingDown: [
                    nil, nil, nil, .shuttingDown, .shuttingDown, .shuttingDown, .terminated, .shuttingDown,
                ],
                .terminated: [nil, nil, .terminated, .terminated, .terminated, .terminated, .terminated, .terminated],
            ]
        )
        #expect(table.findings() == [])
    }

    @Test("the numbers of the states are the vendor's")
    func codes() {
        let codes = PowerState.allCases.map { "\($0.rawValue) \($0.code)" }
        #expect(
            codes == ["pending 0", "running 16", "stopping 64", "stopped 80", "shutting-down 32", "terminated 48"])
    }

    @Test("only a change of state has an effect")
    func effects() throws {
        var (stopped, running) = (PowerState.stopped, PowerState.running)
        #expect(try stopped.start() == .begins)
        #expect(try stopped.start() == .nothing)
        #expect(try running.stop() == .begins)
        #expect(try running.stop() == .nothing)
        #expect(running.terminate() == .begins)
        #expect(running.terminate() == .nothing)
    }
}
