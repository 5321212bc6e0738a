import ArgumentParser
import Foundation
import Hypervisor
import RuleLedger

/// The subcommand that shows the rule ledger.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Show which rules of the platforms are enforced, where, and by which test.",
        discussion: """
            The list is computed from the specifications, the sources and the tests when belay is built.

            Examples:
              belay rules --platform ec2 --status missing
              belay rules --id AWS-031
              belay rules --json
            """)

    @Option(help: "Only the rules of this platform. May be given more than once.")
    var platform: [RuleFamily] = []
    @Option(help: "Only rules that have come this far: tested, enforced or missing. May be given more than once.")
    var status: [LedgerRule.Status] = []
    @Option(help: "Only this rule. May be given more than once.")
    var id: [String] = []
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let ledger = Ledger(lines: ledgerLines)
        if let stranger = id.first(where: { id in !ledger.rules.contains { $0.id == id } }) {
            throw BadInput("There is no rule '\(stranger)'. 'belay rules' lists all of them.")
        }
        let families = platform.isEmpty ? RuleFamily.allCases : platform
        let chosen = ledger.rules.filter { rule in
            families.contains { $0.target == rule.target }
                && (id.isEmpty || id.contains(rule.id)) && (status.isEmpty || status.contains(rule.status))
        }
        if chosen.isEmpty { throw BadInput("No rule is selected by these options.") }
        Console.print(json ? try RulesText.json(chosen) : RulesText.table(chosen, families: families))
    }
}

/// The specifications by the word that names them on the command line.
enum RuleFamily: String, CaseIterable, ExpressibleByArgument {
    case ec2, azure, gce, hyperv, vsphere, libvirt, guest

    /// The target that holds the specification.
    var target: String {
        switch self {
        case .ec2: "EC2"
        case .azure: "AzureCompute"
        case .gce: "ComputeEngine"
        case .hyperv: "HyperV"
        case .vsphere: "VSphere"
        case .libvirt: "LibvirtDriver"
        case .guest: "SimulatedMachine"
        }
    }

    /// The family's name in a heading.
    var title: String {
        switch self {
        case .ec2: "Amazon EC2"
        case .azure: "Microsoft Azure"
        case .gce: "Google Compute Engine"
        case .hyperv: "Microsoft Hyper-V"
        case .vsphere: "VMware vSphere"
        case .libvirt: "libvirt and QEMU"
        case .guest: "Appliances in the guest"
        }
    }
}

extension LedgerRule.Status: ExpressibleByArgument {}
