import Hypervisor

extension Vocabulary {
    /// What may be said about a step beside its verb.
    static let modifiers: [Shape.Key] = [
        .init(
            "when",
            .map(
                .init(
                    "a condition",
                    [
                        .init("platform", platformList, "Only on these platforms."),
                        .init("not-platform", platformList, "On all platforms but these."),
                        .init("capability", capabilityList, "Only where all of these are there."),
                        .init("lacks", capabilityList, "Only where none of these is there."),
                    ])), "Do the step only then; all that is given must hold."),
        .init("refused", refused, "The step must be refused and leave everything as it was."),
        .init(
            "ends",
            .words([
                .init("well", "The guest does what it is asked to; the rule unless given."),
                .init("badly", "The guest tries and fails; the rule for an upgrade with 'fails'."),
                .init("any", "Both will do."),
            ]), "How a step that is worked in the guest is to end."),
        .init("catch", .reference("steps"), "Beside 'try': done when a step of it goes wrong."),
        .init("finally", .reference("steps"), "Beside 'try': done in any case."),
    ]

    private static let refused: Shape = .choice([
        .nothing,
        .map(
            .init(
                "a refusal",
                [
                    .init("code", .perPlatform(.text(maximum: 80)), "The platform's code."),
                    .init("rule", .perPlatform(.text(maximum: 20)), "The rule that demands it."),
                    .init("because", .perPlatform(.text(maximum: 300)), "A part of the platform's sentence."),
                    .init(
                        "kind",
                        .words([
                            .init("refused", "Understood and declined."),
                            .init("failed", "Begun and failed."),
                            .init("unknown", "Nobody knows whether it was done."),
                            .init("unsupported", "The platform has no such thing."),
                        ]), "What kind of refusal; 'refused' or 'failed' unless given."),
                    .init(
                        "leaves",
                        .words([
                            .init("nothing", "No fact of the machine changes; the rule unless given."),
                            .init("anything", "What was begun may remain."),
                        ]), "What the step may leave behind."),
                ])),
    ])
}
