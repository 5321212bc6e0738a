import Hypervisor
import LabCore

extension AppliancePlan {
    /// The CircleCI Enterprise services box: interface, databases and settings on the root volume.
    ///
    /// Rule: CCI-001.
    static let circleCIServices = AppliancePlan(
        tables: ["projects", "records", "builds"], notesMigrations: true, checksAddresses: true,
        comesBackAsNewMachine: true, bootDuration: .seconds(60)
    ) { from, to, plan in
        [
            UpgradeStep(.preCheck, .check(.versionDiffers), .seconds(1)),
            UpgradeStep(.preCheck, .check(.settings), .seconds(1)),
            UpgradeStep(.stop, .stopService, .seconds(30)),
        ] + unpackInPlace(.seconds(10)) + [
            UpgradeStep(.configure, .notePackage(.halfConfigured), .seconds(1)),
            UpgradeStep(.configure, .configure, .seconds(2)),
        ] + plan.migrations(from: from, to: to, each: .seconds(40)) + [
            UpgradeStep(.start, .startService, .seconds(60)),
            UpgradeStep(.healthCheck, .checkHealth, .seconds(5)),
            UpgradeStep(.healthCheck, .notePackage(.installed), .seconds(1)),
        ]
    }
}
