import Hypervisor
import LabCore

extension AppliancePlan {
    /// One application from a package, with a database on the data disk.
    ///
    /// It behaves as the sample package of the real guests: a failed unpacking is taken back, but the service stays
    /// stopped; a migration that is run again finds its own work and fails.
    static let generic = AppliancePlan(
        tables: ["accounts", "records", "prices"], notesMigrations: false, bootDuration: .seconds(4)
    ) { from, to, plan in
        [
            UpgradeStep(.preCheck, .check(.versionDiffers), .milliseconds(50)),
            UpgradeStep(.preCheck, .check(.settings), .milliseconds(50)),
            UpgradeStep(.stop, .stopService, .milliseconds(200)),
        ] + unpackInPlace(.milliseconds(100)) + [
            UpgradeStep(.configure, .notePackage(.halfConfigured), .milliseconds(20)),
            UpgradeStep(.configure, .configure, .milliseconds(50)),
        ] + plan.migrations(from: from, to: to, each: .milliseconds(200)) + [
            UpgradeStep(.start, .startService, .milliseconds(300)),
            UpgradeStep(.healthCheck, .checkHealth, .milliseconds(100)),
            UpgradeStep(.healthCheck, .notePackage(.installed), .milliseconds(20)),
        ]
    }
}
