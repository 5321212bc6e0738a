import Testing

@Suite("Arrows between targets point down")
struct ArrowTests {
    /// What each target may import of ours and of others.
    private static let arrows: [String: Set<String>] = [
        // Floor 0 and 1 and 2: words, hardware, platforms. No Foundation.
        "LabCore": [],
        "Hypervisor": ["LabCore"],
        "SimulatedMachine": ["LabCore", "Hypervisor", "HashTreeCollections"],
        "EC2": ["LabCore", "Hypervisor", "SimulatedMachine", "HashTreeCollections"],
        "AzureCompute": ["LabCore", "Hypervisor", "SimulatedMachine", "HashTreeCollections"],
        "ComputeEngine": ["LabCore", "Hypervisor", "SimulatedMachine", "HashTreeCollections"],
        "HyperV": ["LabCore", "Hypervisor", "SimulatedMachine", "HashTreeCollections"],
        "VSphere": ["LabCore", "Hypervisor", "SimulatedMachine", "HashTreeCollections"],
        // Floor 4: each sees the seams, never a model.
        "ScenarioRunner": ["LabCore", "Hypervisor", "Yams"],
        "Reports": ["LabCore", "Hypervisor", "ScenarioRunner"],
        "LibvirtDriver": ["LabCore", "Hypervisor", "CLibvirt", "CReaper"],
        "LibvirtWorker": ["LibvirtDriver"],
        // Beside the floors: what the build itself runs.
        "RuleLedger": [],
        "make-rule-ledger": ["RuleLedger"],
        // Floor 5 and 6: the command.
        "LabCommands": [
            "LabCore", "Hypervisor", "EC2", "AzureCompute", "ComputeEngine", "HyperV", "VSphere", "ScenarioRunner",
            "Reports", "LibvirtDriver", "RuleLedger", "ArgumentParser",
        ],
        "belay": ["LabCommands"],
    ]
    /// The targets of floors 0 to 2, which know nothing of the machine they run on.
    private static let pure: Set = [
        "LabCore", "Hypervisor", "SimulatedMachine", "EC2", "AzureCompute", "HyperV", "VSphere", "ComputeEngine",
        "RuleLedger",
    ]
    /// What the system brings.
    private static let system: Set = ["Foundation", "Synchronization", "Dispatch", "Glibc"]

    @Test("a target imports what its floor allows", arguments: Package.sources)
    func imports(file: SourceFile) throws {
        let own = try #require(Self.arrows[file.target], "the plan of the house has no target '\(file.target)'")
        let allowed = Self.pure.contains(file.target) ? own : own.union(Self.system)
        for (line, module) in file.imports {
            #expect(allowed.contains(module), "\(file.path):\(line) imports \(module)")
        }
    }

    @Test("one target alone imports a foreign library", arguments: ["Yams", "ArgumentParser", "CLibvirt", "CReaper"])
    func oneImporter(module: String) {
        let importers = Set(Package.sources.filter { $0.imports.contains { $0.module == module } }.map(\.target))
        #expect(importers.count <= 1, "\(module) is imported by \(importers.sorted())")
    }

    @Test(
        "nothing on floors 0 to 2 waits, prints, locks or reads a clock, dice or the environment",
        arguments: [
            "print(", "Date(", "UUID(", ".random(", "randomElement(", ".shuffled(", "SystemRandomNumberGenerator",
            "ContinuousClock", "SuspendingClock", "Task.sleep", "Mutex(", "hashValue", "ProcessInfo", "CommandLine",
        ])
    func pure(phrase: String) {
        let places = Package.sources.filter { Self.pure.contains($0.target) }.flatMap { $0.places(of: phrase) }
        #expect(places == [])
    }
}
