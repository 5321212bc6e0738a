import Hypervisor

extension Vocabulary {
    /// Expectations: a map from what is looked at to what is to be found.
    static let expectations: Shape = .map(
        .init(
            "a map of expectations",
            [
                .init("grade", .perPlatform(gradeShape), "How good the restored state is."),
                .init(
                    "upgrade",
                    .perPlatform(.words([.init("failed", "It failed."), .init("succeeded", "It succeeded.")])),
                    "How the last upgrade ended."),
                .init(
                    "left",
                    .perPlatform(
                        .words([
                            .init("running", "The machine ran."), .init("off", "The machine was off."),
                            .init("suspended", "The machine was suspended."),
                        ])), "In which power state the last revert left the machine."),
                .init(
                    "held",
                    .perPlatform(
                        .words([
                            .init("memory", "The machine's memory, and its disks."),
                            .init("quiesced", "Disks that the guest had brought to rest."),
                            .init("disks", "Disks as they were."),
                        ])), "What the last snapshot holds, as its provider says, whatever was asked for."),
                .init("took", .perPlatform(period), "How long the last step took, on the platform's clock."),
                .init(
                    "facts", .dictionary(keys: nil, values: .perPlatform(anyValue)),
                    "Any fact by its name, as reports show it."),
            ] + factKeys.map { key in .init(key.name, .perPlatform(key.kind.shape), key.documentation) }))

    /// A key that looks at one fact.
    struct FactKey: Sendable {
        var name: String
        var fact: Fact
        var kind: FactKind
        var documentation: String
    }

    /// The kinds of values that facts have.
    enum FactKind: Sendable {
        case count, digest, version, state([Shape.Word]), flag

        var shape: Shape {
            switch self {
            case .count: .choice([.integer(0...10_000_000), .words(fates), .asOf, comparison])
            case .digest: .choice([.words(fates + [readable]), .asOf])
            case .version:
                .choice([
                    .version, .asOf,
                    .words(fates + [readable, .init("mixed", "Half-way."), .init("unreadable", "It cannot be read.")]),
                ])
            case .state(let words): .choice([.words(words + fates), .asOf])
            case .flag: .choice([.flag, .words(fates), .asOf])
            }
        }
    }

    static let factKeys: [FactKey] = [
        .init(name: "program", fact: .program, kind: .digest, documentation: "The program's files on the root disk."),
        .init(name: "version", fact: .version, kind: .version, documentation: "The installed version."),
        .init(
            name: "schema", fact: .schema, kind: .version,
            documentation: "The version of the database schema, 'mixed' or 'unreadable'."),
        .init(
            name: "configuration", fact: .configuration, kind: .digest, documentation: "The configuration files."),
        .init(name: "records", fact: .records, kind: .count, documentation: "Committed records."),
        .init(name: "data", fact: .data, kind: .digest, documentation: "The content of all committed records."),
        .init(
            name: "loose-files", fact: .looseFiles, kind: .count,
            documentation: "Loose files that are there with their whole content."),
        .init(
            name: "database", fact: .database, kind: .state(recoveries), documentation: "How the database came up."),
        .init(
            name: "file-system.root", fact: .fileSystem(.root), kind: .state(recoveries),
            documentation: "How the root disk's file system came up."),
        .init(
            name: "file-system.data", fact: .fileSystem(.data), kind: .state(recoveries),
            documentation: "How the data disk's file system came up."),
        .init(
            name: "service", fact: .service,
            kind: .state([.init("healthy", "It answers its users."), .init("down", "It does not.")]),
            documentation: "Whether the service runs."),
        .init(name: "maintenance", fact: .maintenance, kind: .flag, documentation: "Whether maintenance mode is set."),
        .init(name: "jobs", fact: .jobs, kind: .count, documentation: "Background jobs that run or wait."),
        .init(
            name: "stuck-jobs", fact: .stuckJobs, kind: .count,
            documentation: "Jobs that show as running but are run by nobody."),
        .init(
            name: "open-records", fact: .openRecords, kind: .count,
            documentation: "Records of transactions that were never committed."),
        .init(
            name: "replica-records", fact: .replicaRecords, kind: .count,
            documentation: "Committed records that the replica has."),
        .init(
            name: "replica-schema", fact: .replicaSchema, kind: .version,
            documentation: "The version of the schema that the replica has."),
        .init(
            name: "served-by", fact: .servedBy,
            kind: .state([.init("machine", "The machine does."), .init("replica", "Its replica was promoted.")]),
            documentation: "Who serves the users of a machine with a replica."),
        .init(
            name: "clones-ahead", fact: .clonesAhead, kind: .count,
            documentation: "Records that users have in clones and the machine has not."),
        .init(name: "boot", fact: .bootID, kind: .digest, documentation: "The run of the guest since it booted."),
        .init(
            name: "power", fact: .power,
            kind: .state([
                .init("on", "It runs."), .init("off", "It is off."), .init("suspended", "It is suspended."),
            ]), documentation: "The machine's power."),
        .init(name: "machine", fact: .machine, kind: .digest, documentation: "The platform's name of the machine."),
        .init(
            name: "address", fact: .privateAddress, kind: .digest, documentation: "The address inside the network."),
        .init(
            name: "public-address", fact: .publicAddress, kind: .digest, documentation: "The address from outside."),
        .init(
            name: "hardware-address", fact: .hardwareAddress, kind: .digest,
            documentation: "The address of the first network interface."),
        .init(
            name: "configured-address", fact: .configuredAddress, kind: .digest,
            documentation: "The address that stands in the appliance's configuration."),
        .init(name: "disk.root", fact: .disk(.root), kind: .digest, documentation: "The platform's root disk."),
        .init(name: "disk.data", fact: .disk(.data), kind: .digest, documentation: "The platform's data disk."),
        .init(
            name: "snapshots", fact: .snapshots, kind: .count,
            documentation: "Snapshots of the machine that the platform keeps."),
    ]

    /// The words for what became of a fact since the snapshot.
    static let fates: [Shape.Word] = [
        .init("kept", "As at the snapshot, whatever happened in between."),
        .init("reverted", "As at the snapshot, and different after the upgrade."),
        .init("lost", "Not there any more, in whole or in part."),
        .init("changed", "Something else than at the snapshot."),
        .init("corrupt", "Contradicts itself, or cannot be read."),
        .init("absent", "The machine has no such thing."),
    ]
    private static let readable = Shape.Word("readable", "It can be read, whatever it holds.")

    private static let recoveries: [Shape.Word] = [
        .init("clean", "Nothing had to be repaired."),
        .init("replayed", "A log was replayed, and what it held is complete."),
    ]

    private static let gradeWords: Shape = .words([
        .init("identical", "The machine goes on in the very state it was in, memory and all."),
        .init("application-consistent", "The application was at rest: nothing replayed, lost or cut off."),
        .init("file-system-consistent", "Every file is as it was written, but work in hand is cut off."),
        .init("crash-consistent", "As after a power cut."),
        .init("inconsistent", "Parts of the machine contradict each other."),
    ])

    private static let gradeShape: Shape = .choice([
        gradeWords,
        .map(
            .init(
                "a grade", [],
                exactlyOneOf: [
                    .init("at-least", gradeWords, "This grade or a better one."),
                    .init("exactly", gradeWords, "This grade."),
                    .init("at-most", gradeWords, "This grade or a worse one."),
                ])),
    ])

    private static let comparison: Shape = .map(
        .init(
            "a range",
            [
                .init("at-least", .integer(0...10_000_000), "This many or more."),
                .init("at-most", .integer(0...10_000_000), "This many or fewer."),
            ]))

    private static let period: Shape = .map(
        .init(
            "a range of time",
            [
                .init("at-least", .duration, "This long or longer."),
                .init("at-most", .duration, "This long or shorter."),
            ]))

    private static let anyValue: Shape = .choice([
        .integer(0...10_000_000), .words(fates + [readable]), .asOf, .text(maximum: 200), comparison,
    ])
}
