import Testing

@Suite("One reading of all models")
struct OneReadingTests {
    /// A concept that models of platforms have in common: its file, and why some platforms have none.
    struct Concept: CustomTestStringConvertible, Sendable {
        /// The path below the model's folder, with `*` for the model's own name.
        var file: String
        /// The models without such a file, each with its reason.
        var absent: [String: String] = [:]

        init(_ file: String, without absent: [String: String] = [:]) { (self.file, self.absent) = (file, absent) }

        var testDescription: String { file }
    }

    static let models = ["AzureCompute", "ComputeEngine", "EC2", "HyperV", "VSphere"]
        .filter { model in Package.sources.contains { $0.target == model } }

    static let concepts =
        [
            "*.swift", "Plane/*+Calls.swift", "Plane/*+Time.swift", "Plane/*+Lookups.swift", "Plane/*.Settings.swift",
            "Plane/*.Settings+Timings.swift", "Plane/*.Settings+Inferred.swift", "Plane/ResourceID.swift",
            "Machines/PowerState.swift", "Machines/*+CreateMachine.swift", "Machines/*+Power.swift",
            "Machines/*+ChangeMachine.swift", "Machines/*+DeleteMachine.swift", "Machines/*+Guest.swift",
            "Disks/*+CreateDisk.swift", "Disks/*+AttachDisk.swift",
            "Disks/*+ChangeDisk.swift", "Disks/*+Contents.swift", "Snapshots/*+CreateSnapshot.swift",
            "Snapshots/*+DeleteSnapshot.swift", "Provider/*+ControlPlane.swift", "Provider/*+Facts.swift",
            "Provider/*+TakeSnapshot.swift", "Provider/*+Revert.swift", "Provider/*+Waiting.swift",
            "Provider/*+Explanations.swift", "Provider/SnapshotSet.swift",
        ].map { Concept($0) } + [
            Concept("Machines/MachineFaults.swift", without: ["VSphere": oneFault]),
            Concept("Disks/DiskFaults.swift", without: ["VSphere": oneFault]),
            Concept("Snapshots/SnapshotFaults.swift", without: ["VSphere": oneFault]),
            Concept(
                "Disks/DiskState.swift",
                without: [
                    "VSphere": "A virtual disk is a chain of files, which are there or not.",
                    "HyperV": "A virtual hard disk is a chain of files, which are there or not.",
                ]),
            Concept(
                "Disks/*+DetachDisk.swift",
                without: ["AzureCompute": "To attach and to detach is one update of the machine's list of disks."]),
            Concept("Disks/*+DeleteDisk.swift", without: ["VSphere": withMachine]),
            Concept(
                "Snapshots/SnapshotState.swift",
                without: [
                    "VSphere": "A snapshot is there when its task has succeeded, and has no other state.",
                    "HyperV": "A checkpoint is there when its job is done, and has no other state.",
                ]),
            Concept("Snapshots/SnapshotTree.swift", without: outOfPlace),
            Concept("Snapshots/*+RevertSnapshot.swift", without: outOfPlace),
            Concept("Operations/OperationState.swift", without: ["EC2": synchronous]),
            Concept("Operations/*+Operations.swift", without: ["EC2": synchronous]),
            Concept("Provider/*+NewMachine.swift"),
        ]

    private static let oneFault = "The vendor has one set of faults for all, and each place names the one it means."
    private static let withMachine = "A disk is a file of a machine, deleted where it is taken out of it."
    private static let synchronous = "Calls answer at once, and what they began shows in the resource's own state."
    private static let outOfPlace = [
        "AzureCompute": "Snapshots belong to disks and have no tree; nothing is reverted in place.",
        "ComputeEngine": "Snapshots belong to disks and have no tree; nothing is reverted in place.",
        "EC2": "Snapshots belong to volumes and have no tree; nothing is reverted in place.",
    ]

    @Test("a concept has the same file in every model, or a reason why it is not there", arguments: concepts)
    func layout(concept: Concept) {
        for model in Self.models {
            let path = "Sources/\(model)/" + concept.file.replacing("*", with: model)
            let isThere = Package.sources.contains { $0.path == path }
            let reason = concept.absent[model]
            #expect(isThere == (reason == nil), "\(path): \(reason ?? "every model has it")")
        }
    }

    @Test("a file of a model stands in a folder, under a name that no other file of the model has", arguments: models)
    func names(model: String) {
        let paths = Package.sources.filter { $0.target == model }.map { $0.path.split(separator: "/").map(String.init) }
        let loose = paths.filter { $0.count == 3 }.map { $0[2] }
        #expect(loose == ["\(model).swift"])
        let names = paths.compactMap(\.last)
        #expect(Set(names).count == names.count)
    }
}
