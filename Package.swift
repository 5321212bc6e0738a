// swift-tools-version: 6.2
import PackageDescription

/// Every target is held to the same language settings; each names the proposal that brought it.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .enableUpcomingFeature("InferIsolatedConformances"),  // SE-0470
    .strictMemorySafety(),  // SE-0458
    .treatAllWarnings(as: .error),  // SE-0480
]

let hashTrees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")

let package = Package(
    name: "belay",
    products: [
        .executable(name: "belay", targets: ["belay"]),
        .library(name: "Hypervisor", targets: ["Hypervisor", "LabCore"]),
        .library(name: "EC2", targets: ["EC2"]),
        .library(name: "AzureCompute", targets: ["AzureCompute"]),
        .library(name: "HyperV", targets: ["HyperV"]),
        .library(name: "VSphere", targets: ["VSphere"]),
        .library(name: "ComputeEngine", targets: ["ComputeEngine"]),
    ],
    traits: [
        .trait(name: "Libvirt", description: "Real QEMU machines through libvirt"),
        .default(enabledTraits: ["Libvirt"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),  // tables
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),  // commands
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),  // scenario files
    ],
    targets: [
        // Floor 0: words and seams, time and dice.
        .target(name: "LabCore"),
        .target(name: "Hypervisor", dependencies: ["LabCore"]),
        // Floor 1: simulated hardware, and the C library behind the real one.
        .target(name: "SimulatedMachine", dependencies: ["LabCore", "Hypervisor", hashTrees], exclude: ["Rules.md"]),
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt-qemu", providers: [.apt(["libvirt-dev"])]),
        .target(name: "CReaper"),
        // Floor 2: one value per platform.
        .target(
            name: "EC2", dependencies: ["LabCore", "Hypervisor", "SimulatedMachine", hashTrees], exclude: ["Rules.md"]),
        .target(
            name: "AzureCompute", dependencies: ["LabCore", "Hypervisor", "SimulatedMachine", hashTrees],
            exclude: ["Rules.md"]),
        .target(
            name: "HyperV", dependencies: ["LabCore", "Hypervisor", "SimulatedMachine", hashTrees],
            exclude: ["Rules.md"]),
        .target(
            name: "VSphere", dependencies: ["LabCore", "Hypervisor", "SimulatedMachine", hashTrees],
            exclude: ["Rules.md"]),
        .target(
            name: "ComputeEngine", dependencies: ["LabCore", "Hypervisor", "SimulatedMachine", hashTrees],
            exclude: ["Rules.md"]),
        // Floor 4: what is done with planes and drivers.
        .target(
            name: "ScenarioRunner", dependencies: ["LabCore", "Hypervisor", "Yams"], exclude: ["ScenarioLanguage.md"]),
        .target(name: "Reports", dependencies: ["LabCore", "Hypervisor", "ScenarioRunner"]),
        .target(
            name: "LibvirtDriver",
            dependencies: [
                "LabCore", "Hypervisor", "CReaper",
                .target(name: "CLibvirt", condition: .when(traits: ["Libvirt"])),
            ],
            exclude: ["Rules.md"],
            resources: [.embedInCode("Guest/Resources")]),
        .executableTarget(name: "belay-libvirt-worker", dependencies: ["LibvirtDriver"], path: "Sources/LibvirtWorker"),
        // The rule ledger: computed from specifications, sources and tests while building.
        .target(name: "RuleLedger"),
        .executableTarget(name: "make-rule-ledger", dependencies: ["RuleLedger"]),
        .plugin(name: "RuleLedgerPlugin", capability: .buildTool(), dependencies: ["make-rule-ledger"]),
        // Floor 5 and 6: the command.
        .target(
            name: "LabCommands",
            dependencies: [
                "LabCore", "Hypervisor", "EC2", "AzureCompute", "ComputeEngine", "HyperV", "VSphere", "ScenarioRunner",
                "Reports",
                "LibvirtDriver",
                "RuleLedger",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            plugins: ["RuleLedgerPlugin"]),
        .executableTarget(name: "belay", dependencies: ["LabCommands"]),
        .executableTarget(
            name: "belay-benchmarks",
            dependencies: [
                "LabCore", "Hypervisor", "SimulatedMachine", "EC2", "AzureCompute", "ComputeEngine", "HyperV",
                "VSphere", "LibvirtDriver",
                .target(name: "CLibvirt", condition: .when(traits: ["Libvirt"])),
            ],
            path: "Benchmarks/Sources"),
        // What tests of all planes share: checkers that answer with findings.
        .target(name: "PlaneTesting", dependencies: ["LabCore", "Hypervisor"], path: "Tests/PlaneTesting"),
        .testTarget(name: "LabCoreTests", dependencies: ["LabCore"]),
        .testTarget(name: "HypervisorTests", dependencies: ["Hypervisor", "LabCore"]),
        .testTarget(name: "SimulatedMachineTests", dependencies: ["SimulatedMachine", "Hypervisor", "LabCore"]),
        .testTarget(
            name: "HyperVTests",
            dependencies: ["PlaneTesting", "HyperV", "SimulatedMachine", "Hypervisor", "LabCore", hashTrees]),
        .testTarget(
            name: "EC2Tests", dependencies: ["PlaneTesting", "EC2", "SimulatedMachine", "Hypervisor", "LabCore"]),
        .testTarget(
            name: "VSphereTests",
            dependencies: ["PlaneTesting", "VSphere", "SimulatedMachine", "Hypervisor", "LabCore", hashTrees]),
        .testTarget(
            name: "ComputeEngineTests",
            dependencies: ["PlaneTesting", "ComputeEngine", "SimulatedMachine", "Hypervisor", "LabCore", hashTrees]),
        .testTarget(
            name: "AzureComputeTests",
            dependencies: ["PlaneTesting", "AzureCompute", "SimulatedMachine", "Hypervisor", "LabCore", hashTrees]),
        .testTarget(
            name: "LibvirtDriverTests",
            dependencies: [
                "LibvirtDriver", "belay-libvirt-worker", "Hypervisor", "LabCore", "CReaper",
                .target(name: "CLibvirt", condition: .when(traits: ["Libvirt"])),
            ]),
        .testTarget(name: "ScenarioRunnerTests", dependencies: ["ScenarioRunner", "Reports", "Hypervisor", "LabCore"]),
        .testTarget(name: "RuleLedgerTests", dependencies: ["RuleLedger"]),
        .testTarget(name: "TidyTests", dependencies: ["RuleLedger"]),
        .testTarget(name: "EndToEndTests", dependencies: ["belay"], exclude: ["Help"]),
    ]
)

for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
