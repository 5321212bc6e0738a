import Hypervisor
import LabCore

extension AppliancePlan {
    /// GitHub Enterprise Server: the program in two partitions of the root disk, everything of the users on the data disk.
    ///
    /// An upgrade writes the idle partition and restarts into it, in maintenance mode; only then it migrates.
    /// Rule: GHES-009. A feature release changes the schema, a patch release does not touch the data. Rule: GHES-012.
    /// A feature upgrade takes hours, a patch less than five minutes. Rule: GHES-013.
    static let gitHubEnterpriseServer = AppliancePlan(
        tables: ["users", "records", "repositories", "issues"], notesMigrations: true,
        hasTwoPartitions: true, settingsRole: .data, bootDuration: .seconds(90)
    ) { from, to, plan in
        let isFeature = from.prefix(2) != to.prefix(2)
        let pace: Duration = isFeature ? .seconds(60) : .seconds(8)
        return [
            UpgradeStep(.preCheck, .check(.versionDiffers), .seconds(1)),
            UpgradeStep(.preCheck, .check(.isNoDowngrade(allowsPatches: true)), .seconds(1)),
            UpgradeStep(.preCheck, .check(.featureStep(atMost: 2)), .seconds(1)),
            UpgradeStep(.preCheck, .check(.freeSpace(.data, percent: 15)), .seconds(1)),
            UpgradeStep(.preCheck, .check(.settings), .seconds(5)),
            UpgradeStep(.preCheck, .askAboutSecrets, .zero),
            UpgradeStep(.preCheck, .ask, .seconds(1)),
            UpgradeStep(.stop, .enterMaintenance, .seconds(2)),
            UpgradeStep(.stop, .stopService, .seconds(10)),
        ] + (1...programFiles + 1).map { UpgradeStep(.unpack, .unpack(file: $0), pace) } + [
            UpgradeStep(.configure, .notePackage(.halfConfigured), .seconds(1)),
            UpgradeStep(.configure, .switchPartition, .seconds(1)),
            UpgradeStep(.configure, .restart, .seconds(10)),
            UpgradeStep(.configure, .configure, .seconds(20)),
        ] + plan.migrations(from: from, to: to, each: .minutes(30)) + [
            UpgradeStep(.start, .startService, .seconds(20)),
            UpgradeStep(.healthCheck, .checkHealth, .seconds(5)),
            UpgradeStep(.healthCheck, .notePackage(.installed), .seconds(1)),
        ] + (isFeature ? [UpgradeStep(.healthCheck, .startTransition, .seconds(1))] : [])
    }
}
