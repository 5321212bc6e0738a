import Foundation
import Hypervisor
import LabCore

extension Action {
    /// The action's name, and what it was given, as a journal holds them.
    var journalled: (name: String, arguments: JSONValue) {
        switch self {
        case .makeMachine(let spec): ("makeMachine", ["spec": JSONValue(encoding: spec)])
        case .takeFacts(let machine): ("takeFacts", ["machine": .string(machine.rawValue)])
        case .perform(let command, let machine):
            ("perform", ["command": .string(command.summary), "machine": .string(machine.rawValue)])
        case .setPower(let action, let machine):
            ("setPower", ["power": .string(action.rawValue), "machine": .string(machine.rawValue)])
        case .wait(let duration): ("wait", ["milliseconds": .number(duration.milliseconds)])
        case .inject(let fault, let machine):
            ("inject", ["fault": .string(fault.summary), "machine": .string(machine.rawValue)])
        case .takeSnapshot(let request, let machine):
            ("takeSnapshot", ["machine": .string(machine.rawValue), "request": request.journalled])
        case .revert(let request, let machine):
            ("revert", ["machine": .string(machine.rawValue), "request": JSONValue(encoding: request)])
        case .deleteSnapshot(let snapshot, let machine):
            ("deleteSnapshot", ["machine": .string(machine.rawValue), "snapshot": .string(snapshot.rawValue)])
        case .removeEverything: ("removeEverything", [:])
        case .lookForLeftovers: ("lookForLeftovers", [:])
        }
    }
}

extension ActionOutcome {
    /// What came of an action, as a journal holds it.
    var journalled: (name: String, details: JSONValue) {
        switch self {
        case .done: ("done", [:])
        case .made(let machine): ("made", ["machine": .string(machine.rawValue)])
        case .facts(let facts): ("facts", facts.journalled)
        case .answer(let answer): ("answer", answer.journalled)
        case .snapshot(let snapshot): ("snapshot", snapshot.journalled)
        case .reverted(let report): ("reverted", JSONValue(encoding: report))
        case .leftovers(let names): ("leftovers", ["names": .array(names.map { .string($0) })])
        case .refused(let refusal): ("refused", JSONValue(encoding: refusal))
        }
    }
}

// Facts and answers come again and again, so they are put down without being encoded and read again; it comes to the same.

extension Facts {
    fileprivate var journalled: JSONValue {
        var result: [String: JSONValue] = [:]
        for fact in found { result[fact.rawValue] = self[fact]?.journalled }
        return .object(result)
    }
}

extension FactValue {
    fileprivate var journalled: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .number(number)
        case .flag(let flag): .flag(flag)
        case .unreadable(let why): ["unreadable": .string(why)]
        }
    }
}

extension ApplianceAnswer {
    fileprivate var journalled: JSONValue {
        var result: [String: JSONValue] = [
            "succeeded": .flag(succeeded), "output": .array(output.map { .string($0) }),
        ]
        result["status"] = status?.journalled
        return .object(result)
    }
}

extension ApplianceStatus {
    fileprivate var journalled: JSONValue {
        var result: [String: JSONValue] = [
            "isHealthy": .flag(isHealthy), "version": .string(version), "schema": .string(schema),
            "inMaintenance": .flag(inMaintenance), "jobs": .number(jobs), "stuckJobs": .number(stuckJobs),
            "records": .number(records),
        ]
        result["trouble"] = trouble.map { .string($0) }
        return .object(result)
    }
}

extension SnapshotRequest {
    fileprivate var journalled: JSONValue {
        let disks: (String, [DiskRole]) =
            switch scope {
            case .machine: ("machine", [])
            case .disks(let roles): ("disks", roles)
            case .disksInSuccession(let roles): ("in-succession", roles)
            }
        var result: [String: JSONValue] = [
            "name": .string(name), "scope": .string(disks.0), "memory": .flag(memory),
            "quiesce": .string(quiesce.rawValue),
        ]
        if !disks.1.isEmpty { result["disks"] = .array(disks.1.map { .string($0.rawValue) }) }
        if let method { result["method"] = .string(method) }
        return .object(result)
    }
}

extension Snapshot {
    fileprivate var journalled: JSONValue {
        guard case .object(var fields) = JSONValue(encoding: self) else { return .null }
        fields["instant"] = .string(instant.description)
        return .object(fields)
    }
}

extension JSONValue {
    /// What a value encodes itself as.
    init(encoding value: some Encodable) {
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
        } catch {
            preconditionFailure("\(value) cannot be put into a journal: \(error)")
        }
    }
}

extension Duration {
    /// The duration in whole milliseconds, cut towards zero.
    var milliseconds: Int { Int(nanoseconds / 1_000_000) }
}
