import Hypervisor
import LabCore

/// Why one operation of an upgrade failed.
enum OperationFault: Error, Hashable {
    case refused(String, rule: RuleID?)
    case fileSystem(FileSystemFault)
    case database(DatabaseFault)

    var sentence: String {
        switch self {
        case .refused(let sentence, let rule): sentence + (rule.map { " (\($0))" } ?? "")
        case .fileSystem(let fault): "\(fault)"
        case .database(let fault): "\(fault)"
        }
    }
}

extension SimulatedMachine {
    /// Runs the upgrade's steps one by one until one fails, or the power does.
    mutating func upgrade(to version: String, failure: UpgradeFailure?) -> ApplianceAnswer {
        guard let from = programVersion else {
            return ApplianceAnswer(succeeded: false, output: ["the installed version cannot be read"])
        }
        // The schema says what is left to migrate, whatever the version of the program is by now.
        let steps = plan.upgrade(VersionNumber(schemaBehind(version) ?? from), VersionNumber(version), plan)
        return run(steps, of: Upgrade(from: from, to: version), failure: failure)
    }

    /// Applies the settings of the version that is installed, and the migrations that it still lacks.
    ///
    /// Rule: GHES-017.
    mutating func applyConfiguration() -> ApplianceAnswer {
        guard let version = programVersion else {
            return ApplianceAnswer(succeeded: false, output: ["the installed version cannot be read"])
        }
        if let state = packageState, state.stage == .halfInstalled {
            return ApplianceAnswer(succeeded: false, output: ["package \(state.version) is half-installed"])
        }
        let installed = VersionNumber(version)
        let steps = plan.upgrade(VersionNumber(schemaBehind(version) ?? version), installed, plan).filter { step in
            switch step.operation {
            case .check(.settings), .stopService, .configure, .migrate, .startService, .checkHealth,
                .notePackage(.installed):
                true
            default: false
            }
        }
        return run(steps, of: Upgrade(from: version, to: version), failure: nil)
    }

    private mutating func run(_ steps: [UpgradeStep], of upgrade: Upgrade, failure: UpgradeFailure?) -> ApplianceAnswer
    {
        let questions: [GuestOperation] = undecryptable > 0 ? [.askAboutSecrets, .ask] : [.ask]
        let planned = failure.flatMap { Self.step(of: $0, in: steps, asking: questions) }
        var output: [String] = []
        for (index, step) in steps.enumerated() {
            let isPlanned = index == planned
            do throws(OperationFault) {
                if isPlanned, let cause = failure?.cause {
                    spend(step.duration / 2)
                    try fail(step.operation, by: cause, in: upgrade)
                    guard power == .on else {
                        return ApplianceAnswer(
                            succeeded: false, output: output + ["\(step.phase.rawValue): \(step.operation): power lost"]
                        )
                    }
                } else {
                    spend(step.duration)
                    try execute(step.operation, in: upgrade)
                }
                output.append("\(step.phase.rawValue): \(step.operation)")
            } catch {
                output.append("\(step.phase.rawValue): \(step.operation): \(error.sentence)")
                takeBack(step, of: upgrade)
                sayWhatIsWrong()
                return ApplianceAnswer(succeeded: false, output: output)
            }
        }
        return ApplianceAnswer(succeeded: true, output: output)
    }

    /// The two versions of an upgrade.
    struct Upgrade {
        var from: String
        var to: String
    }

    /// The place of the operation that is made to fail; no is said where the upgrade asks, and a phase without operations hands on to the one that follows.
    static func step(
        of failure: UpgradeFailure, in steps: [UpgradeStep], asking questions: [GuestOperation] = [.ask]
    ) -> Int? {
        if failure.cause == .declined {
            let asked = steps.indices.filter { questions.contains(steps[$0].operation) }
            return asked.isEmpty ? nil : asked[min(max(failure.occurrence, 1), asked.count) - 1]
        }
        let phases = UpgradePhase.allCases.drop { $0 != failure.phase }
        for phase in phases {
            let places = steps.indices.filter { steps[$0].phase == phase }
            guard !places.isEmpty else { continue }
            return places[min(max(failure.occurrence, 1), places.count) - 1]
        }
        return nil
    }

    /// A version whose schema is what the tables have, when that is not yet the schema of `version`.
    private func schemaBehind(_ version: String) -> String? {
        guard let schema, schema != plan.schema(for: version) else { return nil }
        guard schema == "mixed" else { return schema }
        let schemas = tables.map { tables in plan.tables.compactMap { tables.schema(of: $0) } } ?? []
        return schemas.first { $0 != plan.schema(for: version) }
    }

    /// Lets an operation fail as planned: before it changed anything, for want of room, or with the power.
    private mutating func fail(
        _ operation: GuestOperation, by cause: UpgradeFailure.Cause, in upgrade: Upgrade
    ) throws(OperationFault) {
        switch cause {
        case .error: throw .refused("failed with exit status 1", rule: nil)
        case .declined where operation == .askAboutSecrets:
            throw .refused("\(undecryptable) records cannot be decrypted, and the answer was no", rule: "GHES-019")
        case .declined: throw .refused("the answer was no", rule: "GHES-008")
        case .powerLoss:
            tear { machine in
                // Whether the operation would have succeeded no longer matters.
                try? machine.execute(operation, in: upgrade)
            }
        case .diskFull:
            withholdFreeSpace(true)
            defer { withholdFreeSpace(false) }
            // What needs no room of its own fails at the first line that it logs.
            guard needsRoom(operation) else { throw .fileSystem(.noSpace) }
            try execute(operation, in: upgrade)
            throw .fileSystem(.noSpace)
        }
    }

    private func needsRoom(_ operation: GuestOperation) -> Bool {
        if case .migrate = operation, spec.layout.externalDatabase { return false }
        return operation.needsRoom
    }

    private mutating func withholdFreeSpace(_ isFull: Bool) {
        for role in storage.mounted { storage.fileSystems[role]?.withholdFreeSpace(isFull) }
    }

    /// What the package manager does after a failed step: an unpacking is taken back, and nothing starts the service again.
    ///
    /// Rule: https://www.debian.org/doc/debian-policy/ch-maintainerscripts.html (error unwind of unpacking).
    private mutating func takeBack(_ step: UpgradeStep, of upgrade: Upgrade) {
        guard step.phase == .unpack, !plan.hasTwoPartitions else { return }
        let directory = unpackDirectory
        for number in 1...AppliancePlan.programFiles + 1 {
            // Files that were not unpacked are not there to be removed.
            try? storage.on(.root) { fileSystem, drives throws(FileSystemFault) in
                try fileSystem.remove("\(directory)/\(GuestPath.file(number))", in: &drives)
            }
        }
        guard programVersion == upgrade.from else { return }
        // Without room for the note the package stays half-installed, as it does with files of both versions in place.
        try? notePackage(PackageState(stage: .installed, version: upgrade.from))
    }

    mutating func notePackage(_ state: PackageState) throws(FileSystemFault) {
        try storage.replace(GuestPath.package, of: .root, with: Array(state.line.utf8))
    }
}
