package import Hypervisor

/// The words of the scenario language: every key, what may stand behind it, and what it means.
package enum Vocabulary {
    /// The version of the language, which the JSON Schema carries.
    package static let version = 1

    /// The platforms that scenarios may name.
    package static let platforms: [Platform] = [.azure, .ec2, .gce, .hyperv, .libvirt, .vsphere]

    /// A named shape.
    package struct Definition: Sendable {
        package var title: String
        package var shape: Shape
    }

    /// The shapes that are referred to by name.
    package static let definitions: [String: Definition] = [
        "step": Definition(title: "a step", shape: step),
        "steps": Definition(
            title: "a list of steps", shape: .list(.reference("step"), count: 1...500, allowsOne: false)),
        "expectations": Definition(
            title: "a map of expectations", shape: .list(expectations, count: 1...50, allowsOne: true)),
    ]

    /// A whole scenario file.
    package static let scenario: Shape = .map(
        Shape.Keys(
            "a scenario",
            [
                .init("scenario", .name, isRequired: true, "The scenario's name, which no other scenario has."),
                .init("title", .text(maximum: 200), isRequired: true, "What happens, in one line."),
                .init("teaches", .text(maximum: 2_000), "What a reader learns from it."),
                .init("sources", .list(.text(maximum: 500), count: 1...50, allowsOne: true), "Where it is written."),
                .init("appliance", .words(appliances), "The software that is upgraded; 'generic' unless given."),
                .init("version", .version, "The version that the appliance starts with."),
                .init("machine", machine, "What the machine is made of and what is kept where."),
                .init(
                    "platforms", .choice([.words([Shape.Word("all", "Every platform.")]), platformList]),
                    "The platforms that the scenario is about; 'all' unless given."),
                .init(
                    "except", .dictionary(keys: platformWords, values: .text(maximum: 500)),
                    "Platforms that are left out by hand, each with the reason."),
                .init("requires", capabilityList, "Capabilities without which a platform is reported as unsupported."),
                .init(
                    "inputs",
                    .dictionary(keys: nil, values: .list(.text(maximum: 200), count: 1...16, allowsOne: false)),
                    "Values for ${name}; the scenario runs once for each combination, 64 at most."),
                .init("steady", .reference("expectations"), "Holds once the machine is made, and again at the end."),
                .init("steps", .reference("steps"), isRequired: true, "What is done, in this order."),
                .init("expect", .reference("expectations"), "Holds at the end of the steps."),
            ]))

    static let platformWords = platforms.map { Shape.Word($0.rawValue, "The platform \($0).") }
    static let platformList: Shape = .list(.words(platformWords), count: 1...16, allowsOne: true)
    static let capabilityList: Shape = .list(
        .words(Capability.allCases.map { Shape.Word($0.rawValue, "The capability \($0.rawValue).") }),
        count: 1...32, allowsOne: true)
    static let role: Shape = .words([
        .init("root", "The disk with the operating system and the application."),
        .init("data", "The disk with the user's data."),
    ])
    static let roles: Shape = .list(role, count: 1...2, allowsOne: true)

    private static let appliances: [Shape.Word] = [
        .init(Appliance.generic.rawValue, "One application with a database, on a root and a data disk."),
        .init(Appliance.gitHubEnterpriseServer.rawValue, "GitHub Enterprise Server."),
        .init(Appliance.circleCIServices.rawValue, "The CircleCI Enterprise services box."),
    ]

    private static let machine: Shape = .map(
        Shape.Keys(
            "a machine",
            [
                .init("root", .bytes, "The size of the root disk."),
                .init(
                    "data", .choice([.bytes, .words([.init("absent", "The machine has no data disk.")])]),
                    "The size of the data disk, or 'absent'."),
                .init(
                    "data-type", .perPlatform(.text(maximum: 60)),
                    "What the data disk is stored on, in the platform's own word; its usual one unless given."),
                .init("memory", .bytes, "The size of the memory."),
                .init("log", role, "The disk with the database's log; the data disk where there is one."),
                .init(
                    "database",
                    .words([
                        .init("internal", "The database is on the machine."),
                        .init("external", "The database is outside, where no snapshot of the machine reaches it."),
                    ]), "Where the database runs."),
                .init(
                    "objects",
                    .words([
                        .init("local", "Large objects are on the machine."),
                        .init("remote", "Large objects are in object storage outside the machine."),
                    ]), "Where large objects are kept."),
                .init("replica", .flag, "Whether a second server follows the database; no unless given."),
                .init(
                    "address",
                    .words([
                        .init("ephemeral", "The platform gives it, and takes it back when it likes."),
                        .init("reserved", "It is reserved and stays with whatever stands for the machine."),
                    ]), "The address from outside; ephemeral unless given."),
            ]))
}
