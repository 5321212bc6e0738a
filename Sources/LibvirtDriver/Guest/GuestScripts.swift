internal import Foundation
package import Hypervisor
internal import LabCore

/// The scripts from which guests are built and by which they work; they are part of the program, so it can be copied alone.
package enum GuestScripts {
    /// Each script with its name and its text, in the order of the names.
    package static let all: [(name: String, text: [UInt8])] = [
        ("appliance.sh", PackageResources.appliance_sh),
        ("build-base.sh", PackageResources.build_base_sh),
        ("build-guest.sh", PackageResources.build_guest_sh),
        ("build-kernel.sh", PackageResources.build_kernel_sh),
        ("build-package.sh", PackageResources.build_package_sh),
        ("dpkg-deb-stream.pl", PackageResources.dpkg_deb_stream_pl),
        ("dpkg-deb.sh", PackageResources.dpkg_deb_sh),
        ("early-init.sh", PackageResources.early_init_sh),
        ("facts.pl", PackageResources.facts_pl),
        ("fill.sh", PackageResources.fill_sh),
        ("freeze-hook.sh", PackageResources.freeze_hook_sh),
        ("init.sh", PackageResources.init_sh),
        ("inspect-disk.sh", PackageResources.inspect_disk_sh),
        ("keeper.pl", PackageResources.keeper_pl),
        ("labappd.pl", PackageResources.labappd_pl),
        ("means.pl", PackageResources.means_pl),
        ("postinst.sh", PackageResources.postinst_sh),
        ("prerm.sh", PackageResources.prerm_sh),
        ("schema.sql", PackageResources.schema_sql),
        ("shutdown.sh", PackageResources.shutdown_sh),
        ("stand-still.sh", PackageResources.stand_still_sh),
        ("step.sh", PackageResources.step_sh),
        ("upgrade.sh", PackageResources.upgrade_sh),
    ]

    /// A digest of the scripts with these names, or of all.
    static func digest(of names: [String]? = nil) -> String {
        var hasher = StableHasher()
        for (name, text) in all where names?.contains(name) ?? true {
            hasher.combine(name)
            for byte in text { hasher.combine(byte: byte) }
        }
        return hasher.digest()
    }

    /// Writes all scripts into a folder.
    package static func write(into folder: String) throws(Refusal) {
        try Files.makeFolder(folder)
        for (name, text) in all { try Files.write(Data(text), to: "\(folder)/\(name)") }
    }
}
