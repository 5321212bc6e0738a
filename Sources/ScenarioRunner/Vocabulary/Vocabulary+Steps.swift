import Hypervisor

extension Vocabulary {
    /// One step: exactly one verb, and what is said about it.
    static let step: Shape = .choice([
        .words(
            bareVerbs.map { name in .init(name, verbs.first { $0.name == name }?.documentation ?? "") }),
        .map(Shape.Keys("a step", modifiers, exactlyOneOf: verbs)),
    ])

    /// The verbs that need nothing more, and may stand as a single word.
    static let bareVerbs = [
        "start-service", "stop-service", "flush", "apply-configuration", "correct-addresses", "delete-stuck-jobs",
        "promote-replica", "push-again",
    ]

    private static let verbs: [Shape.Key] =
        work + [
            .init("snapshot", snapshot, "Take a snapshot; its name stands for this moment from now on."),
            .init("upgrade", upgrade, "Upgrade the appliance; with 'fails' it is made to fail there."),
            .init("power", .words(powerWords), "Change the machine's power."),
            .init("wait", .duration, "Let time pass."),
            .init("fault", fault, "Make something go wrong, once, from now on."),
            .init("revert", revert, "Bring the machine back to a snapshot."),
            .init("delete-snapshot", .name, "Delete a snapshot."),
            .init("note", .name, "Take the machine's facts; the name stands for this moment from now on."),
            .init("expect", .reference("expectations"), "Holds here."),
            .init("try", .reference("steps"), "Steps that may go wrong; see 'catch' and 'finally'."),
            .init("repeat", repetition, "Do steps several times."),
        ]

    private static let work: [Shape.Key] = [
        .init("write", write, "Commit new records, each in a transaction of its own."),
        .init("loose-files", .integer(1...1_000), "Write files of 20 kB and leave them in the page cache."),
        .init(
            "open-transaction", countOr("records", 1...1_000),
            "Write records in a transaction that is left open in memory."),
        .init("start-jobs", .integer(1...100), "Hand background jobs to the queue; each runs for some two minutes."),
        .init(
            "drain-jobs",
            .choice([
                .duration, .map(.init("a limit", [.init("within", .duration, isRequired: true, "How long to wait.")])),
            ]), "Wait until no background job runs or waits."),
        .init("maintenance", .flag, "Set or lift maintenance mode."),
        .init(
            "schedule-maintenance",
            .choice([
                .duration, .map(.init("a time", [.init("in", .duration, isRequired: true, "How long from now.")])),
            ]), "Have maintenance mode set later, 30 minutes from now or more."),
        .init(
            "apply-configuration", .nothing,
            "Apply settings and pending migrations, and restart what reads them."),
        .init("replication", .flag, "Have the machine's replica follow it, or stop it."),
        .init("promote-replica", .nothing, "Let the machine's replica serve the users in its place."),
        .init("push-again", .nothing, "Have users push what their clones have and the machine has not."),
        .init(
            "lose-key", countOr("records", 1...1_000), "Leave records behind that nobody can decrypt any more."),
        .init("start-service", .nothing, "Try to bring the service up, as an administrator would."),
        .init("stop-service", .nothing, "Stop the service cleanly."),
        .init("flush", .nothing, "Write everything that is in caches to the disks."),
        .init(
            "fill-disk",
            .map(
                .init(
                    "a disk to fill",
                    [
                        .init("disk", role, isRequired: true, "The disk."),
                        .init("leaving", .bytes, "What stays free; nothing unless given."),
                    ])), "Fill a disk."),
        .init(
            "correct-addresses", .nothing,
            "Put the machine's present addresses into the configuration, and restart what reads it."),
        .init("delete-stuck-jobs", .nothing, "Delete builds that show as running but are run by nobody."),
    ]

    private static let write: Shape = .choice([
        .integer(1...100_000),
        .map(
            .init(
                "an amount of records",
                [
                    .init("records", .integer(1...100_000), isRequired: true, "How many."),
                    .init(
                        "as",
                        .words([
                            .init("user", "As a user, whom maintenance mode keeps out; the rule unless given."),
                            .init("administrator", "From an address that maintenance mode lets in."),
                        ]), "Who writes."),
                ])),
    ])

    private static func countOr(_ key: String, _ range: ClosedRange<Int>) -> Shape {
        .choice([
            .integer(range),
            .map(.init("an amount of \(key)", [.init(key, .integer(range), isRequired: true, "How many.")])),
        ])
    }

    private static let powerWords: [Shape.Word] = [
        .init(PowerAction.on.rawValue, "Switch on and boot, or resume what was suspended."),
        .init(PowerAction.shutDown.rawValue, "Ask the guest to shut down, and wait until it has."),
        .init(PowerAction.cut.rawValue, "Cut the power, as a power failure does."),
        .init(PowerAction.reboot.rawValue, "Ask the guest to reboot, and wait until it is up again."),
    ]

    private static let method: Shape.Key = .init(
        "method", .perPlatform(.text(maximum: 60)),
        "The platform's own way, in its own word; the provider chooses unless it is given.")

    private static let snapshot: Shape = .map(
        .init(
            "a snapshot",
            [
                .init("name", .name, isRequired: true, "The name by which later steps refer to it."),
                .init(
                    "scope", .words([.init("machine", "All disks, at one instant.")]),
                    "'machine', which is also what is taken unless 'disks' or 'in-succession' is given."),
                .init("disks", roles, "These disks only, at one instant where the platform can."),
                .init("in-succession", roles, "These disks, one after the other."),
                .init("memory", .flag, "Whether it holds the memory; off unless given."),
                .init(
                    "quiesce",
                    .words([
                        .init("off", "Take the disks as they are."),
                        .init("preferred", "Try, and take it without when the guest cannot."),
                        .init("required", "Refuse the snapshot when the guest cannot."),
                    ]), "Whether the guest brings its disks to rest; off unless given."),
                .init("wait", .flag, "Whether to wait until it can be used; yes unless given."),
                method,
            ]))

    private static let upgrade: Shape = .map(
        .init(
            "an upgrade",
            [
                .init("to", .version, isRequired: true, "The new version."),
                .init(
                    "fails",
                    .map(
                        .init(
                            "a failure",
                            [
                                .init(
                                    "during",
                                    .words(
                                        UpgradePhase.allCases.map {
                                            .init($0.rawValue, "The phase \($0.rawValue) of the upgrade.")
                                        }),
                                    isRequired: true, "The phase in which it fails."),
                                .init(
                                    "at", .integer(1...1_000), "Which operation of the phase; the first unless given."),
                                .init(
                                    "how",
                                    .words([
                                        .init("error", "The operation reports an error."),
                                        .init("power-loss", "The machine loses power in the middle of the operation."),
                                        .init("disk-full", "The disk that the operation writes to is full."),
                                        .init("declined", "Whoever runs it says no to its 'at'-th question."),
                                    ]), isRequired: true, "What happens there."),
                            ])), "Where and how it is made to fail; then the step is to end badly."),
            ]))

    private static let fault: Shape = .choice([
        .words([
            .init("snapshot-ends-in-error", "The next snapshot ends in error after it was accepted."),
            .init("agent-hangs", "The guest's agent stops answering."),
            .init("quiesce-refused", "The guest refuses to freeze."),
        ]),
        .map(
            .init(
                "a fault of a call",
                [
                    .init(
                        "call", .perPlatform(.text(maximum: 80)), isRequired: true,
                        "The native verb, or \"*\" for any call that changes something."),
                    .init("occurrence", .integer(1...1_000), "Which call from now on; the next unless given."),
                    .init(
                        "effect",
                        .words([
                            .init("refuse", "It is refused and changes nothing."),
                            .init("throttle", "It is refused because there were too many calls."),
                            .init("delay", "It is done, but later: see 'by'."),
                            .init("lose-reply", "It is done, but the caller never hears of it."),
                        ]), isRequired: true, "How the call goes wrong."),
                    .init("code", .perPlatform(.text(maximum: 80)), "With 'refuse': the native code."),
                    .init("by", .duration, "With 'delay': how much later."),
                ])),
    ])

    private static let revert: Shape = .choice([
        .name,
        .map(
            .init(
                "a revert",
                [
                    .init("to", .name, isRequired: true, "The snapshot."),
                    .init("disks", roles, "The disks to bring back; all that the snapshot holds unless given."),
                    method,
                ])),
    ])

    private static let repetition: Shape = .map(
        .init(
            "a repetition",
            [
                .init("times", .integer(2...100), isRequired: true, "How often."),
                .init("steps", .reference("steps"), isRequired: true, "What is repeated."),
            ]))
}
