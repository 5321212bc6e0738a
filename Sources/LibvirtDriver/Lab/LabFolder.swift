internal import Foundation
internal import Glibc
package import Hypervisor

/// The folder in which everything of the lab on this host lives: images, warm starts, and a root for each running lab.
package struct LabFolder: Hashable, Sendable {
    /// The absolute path.
    package let path: String

    /// Makes the folder of `path`, an absolute path.
    package init(path: String) { self.path = path }

    /// The folder that `BELAY_HOME` names, or `belay` in the user's cache directory.
    package static var usual: LabFolder {
        let environment = ProcessInfo.processInfo.environment
        if let home = environment["BELAY_HOME"], home.hasPrefix("/") { return LabFolder(path: home) }
        let cache = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        return LabFolder(path: cache + "/belay")
    }

    /// The folder of guests that were built.
    package var images: String { path + "/images" }
    /// The folder of machines that can be started warm.
    package var golden: String { path + "/golden" }
    /// The folder of lab roots.
    package var labs: String { path + "/labs" }

    /// The roots that exist, in the order of their numbers.
    package var roots: [LabRoot] {
        // No folder means that there is no root.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: labs)) ?? []
        return names.compactMap(Int.init).sorted().map { LabRoot(path: "\(labs)/\($0)") }
    }

    /// Claims the first root that no other lab uses, and makes one when all are in use.
    ///
    /// An embedded driver allows one process for each root, so every running lab has one of its own. Rule: LV-073.
    package func claimRoot() throws(Refusal) -> ClaimedRoot {
        for number in 1...99 {
            // Machines that somebody wanted to keep stay until they are cleaned away.
            guard !Files.exists(LabRoot(path: "\(labs)/\(number)").keptMark) else { continue }
            if let claimed = try ClaimedRoot(LabRoot(path: "\(labs)/\(number)")) { return claimed }
        }
        throw Refusal(.lab, code: "TooManyLabs", message: "99 labs run on this host already, see \(labs)")
    }
}

/// The root folder of one lab: the embedded driver's own files, and the disks of its machines.
package struct LabRoot: Hashable, Sendable {
    /// The absolute path.
    package let path: String

    /// Makes the root of `path`, an absolute path.
    package init(path: String) { self.path = path }

    /// The number under which the lab is claimed, which its domains carry in their names.
    var number: String { String(path.split(separator: "/").last ?? "0") }
    /// The folder of the machines' own folders.
    package var machines: String { path + "/machines" }
    /// The file that says that the machines here were kept on purpose.
    var keptMark: String { path + "/kept" }
    /// The folder of one machine.
    package func machine(_ id: MachineID) -> String { "\(machines)/\(id)" }

    /// The number of bytes that the longest socket path below the root takes, with its closing zero; 108 is the most.
    package var longestSocketPath: Int { "\(path)/lib/qemu/domain-99999-belay-99-9999/monitor.sock".utf8.count + 1 }

    /// Creates the folders and the embedded driver's settings.
    ///
    /// Without these settings the embedded driver wants a log daemon, and as root another user for QEMU.
    func prepare() throws(Refusal) {
        guard longestSocketPath <= 108 else {
            throw Refusal(
                .lab, code: "RootPathTooLong",
                message: "\(path) is too long for the sockets below it; set BELAY_HOME to a shorter path")
        }
        var settings = ["stdio_handler = \"file\"", "security_driver = \"none\"", "namespaces = [ ]"]
        // After each start libvirt asks QEMU for every property of the processor by a command of its own, four hundred of them,
        // which QEMU reads byte by byte. Not knowing of this one it asks for all features at once, as for an older QEMU.
        settings += ["capability_filters = [ \"cpu-unavailable-features\" ]"]
        if geteuid() == 0 {
            settings += ["user = \"root\"", "group = \"root\"", "dynamic_ownership = 0", "remember_owner = 0"]
            settings += ["cgroup_controllers = [ ]"]
        }
        try Files.makeFolder(machines)
        try Files.makeFolder(path + "/etc")
        try Files.write(settings.joined(separator: "\n") + "\n", to: path + "/etc/qemu.conf")
    }
}

/// A lab root that this process, and its worker, use alone until both are gone.
package final class ClaimedRoot: Sendable {
    /// The root.
    package let root: LabRoot
    /// The claim, for a worker to hold as well until it has cleaned up; no other program gets it.
    let lock: CInt

    /// Claims `root`, which is created when there is none; nothing when another lab uses it.
    package init?(_ root: LabRoot) throws(Refusal) {
        try Files.makeFolder(root.path)
        let lock = unsafe open(root.path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw Refusal(.lab, code: "NoRoot", message: "cannot open \(root.path)/lock: error \(errno)")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            return nil
        }
        self.root = root
        self.lock = lock
    }

    deinit { close(lock) }
}
