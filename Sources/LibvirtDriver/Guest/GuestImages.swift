internal import Foundation
package import Hypervisor
internal import LabCore

/// Builds guests from distribution packages, without root, and keeps them in a folder.
///
/// What is kept bears a digest of all it was made from, so a new recipe, a new QEMU or another processor leads to a new
/// build beside the old one. A build happens under a lock in a folder of its own, which is renamed when all of it is there.
package struct GuestImages: Sendable {
    /// Is told, line by line, what is being done.
    package typealias Progress = @Sendable (String) -> Void

    /// The absolute path of the folder.
    package let folder: String

    /// Makes a builder that keeps what it builds in `folder`, an absolute path.
    package init(folder: String) { self.folder = folder }

    /// The guest of a kind, built now if there is none for today's recipe, QEMU and processor.
    ///
    /// - Parameters:
    ///   - kind: which guest is wanted.
    ///   - progress: is told, line by line, what is being built; nothing when the guest is there already.
    /// - Throws: a refusal of the kind `lab` that says what is missing or went wrong, and how to mend it.
    /// - Returns: what QEMU needs to boot it.
    package func prepare(
        _ kind: GuestKind, progress: @escaping Progress = { _ in }
    ) async throws(Refusal) -> GuestImage {
        let surroundings = try surroundings()
        let kernel = try await kernel(surroundings, progress)
        switch kind {
        case .tiny: return try tiny(kernel)
        case .debian(let recipe): return try await debian(recipe, kernel, surroundings, progress)
        }
    }

    /// The package of a version of the sample application, built now if there is none.
    ///
    /// - Parameters:
    ///   - version: numbers and dots.
    ///   - progress: is told when another build is waited for.
    /// - Throws: a refusal of the kind `lab`.
    /// - Returns: the absolute path of the package.
    package func package(version: String, progress: @escaping Progress = { _ in }) async throws(Refusal) -> String {
        guard !version.isEmpty, version.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), version.first != "."
        else {
            throw Refusal(
                .lab, code: "BadVersion", message: "a version is numbers and dots as in 3.14, found \"\(version)\"")
        }
        let digest = GuestScripts.digest(of: ["build-package.sh", "labappd.pl", "postinst.sh", "prerm.sh"])
        let made = try await make("package-\(version)-\(digest)", progress) { draft, scripts throws(Refusal) in
            try await run(["sh", "build-package.sh", version, "\(draft)/labapp.deb"], in: scripts)
        }
        return "\(made)/labapp.deb"
    }
}

extension GuestImages {
    /// What a guest is for: the QEMU that runs it, told by its file, since asking it takes longer than all the rest.
    private func surroundings() throws(Refusal) -> String {
        guard let path = HostProgram.find("qemu-system-x86_64") else {
            throw Refusal(.lab, code: "ProgramMissing", message: "qemu-system-x86_64 is not installed")
        }
        // A file that cannot be looked at cannot be run either, which the start of the guest will say.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let changed = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "qemu \(attributes?[.size] ?? 0) \(Int(changed))"
    }

    private func kernel(_ surroundings: String, _ progress: @escaping Progress) async throws(Refusal) -> String {
        let digest = GuestScripts.digest(of: ["build-kernel.sh", "early-init.sh", "freeze-hook.sh"])
        return try await make("kernel-\(key(surroundings, digest))", progress) { draft, scripts throws(Refusal) in
            progress("packing a kernel and its initial file systems from Debian packages")
            try await run(["sh", "build-kernel.sh", draft], in: scripts)
        }
    }

    private func debian(
        _ recipe: GuestRecipe, _ kernel: String, _ surroundings: String, _ progress: @escaping Progress
    ) async throws(Refusal) -> GuestImage {
        let base = try await make("base-\(key(GuestScripts.digest(of: ["build-base.sh"])))", progress) {
            draft, scripts throws(Refusal) in
            progress("unpacking a small Debian, which takes about half a minute")
            try await run(["sh", "build-base.sh", draft], in: scripts)
        }
        let name = "guest-\(recipe.word)-\(key(surroundings, base, kernel, GuestScripts.digest()))"
        let made = try await make(name, progress) { draft, scripts throws(Refusal) in
            progress("installing \(recipe.appliance.rawValue) \(recipe.version)")
            let package = try await self.package(version: recipe.version)
            let database = recipe.layout.externalDatabase ? "/external/labapp" : "/data/labapp"
            let ledger = recipe.layout.databaseLog == .root ? "/var/lib/labapp/ledger" : ""
            try await run(
                [
                    "DATA_DISK=\(recipe.hasDataDisk ? "yes" : "")", "BUSYBOX=\(kernel)/busybox", "fakeroot", "sh",
                    "build-guest.sh", base, package,
                    draft, recipe.appliance.rawValue, recipe.version, database, ledger,
                ], in: scripts)
        }
        var disks: [GuestDisk] = [try disk(.machine(.root), "\(made)/root.ext4")]
        var words = "belay.guest=debian"
        if recipe.hasDataDisk {
            disks.append(try disk(.machine(.data), "\(made)/data.ext4"))
            words += " belay.data=vdb"
        }
        if recipe.layout.externalDatabase {
            words += " belay.external=\(recipe.hasDataDisk ? "vdc" : "vdb")"
            disks.append(try disk(.external, "\(made)/external.ext4"))
        }
        return GuestImage(
            kernel: "\(kernel)/kernel", packedKernel: "\(kernel)/kernel.packed",
            initialFileSystem: "\(kernel)/initrd.debian",
            commandLine: "console=ttyS0 panic=-1 quiet \(Self.quick) \(words)", memory: .mebibytes(256),
            disks: disks)
    }

    private func tiny(_ kernel: String) throws(Refusal) -> GuestImage {
        GuestImage(
            kernel: "\(kernel)/kernel", packedKernel: "\(kernel)/kernel.packed",
            initialFileSystem: "\(kernel)/initrd.tiny",
            commandLine: "console=ttyS0 panic=-1 quiet \(Self.quick) belay.guest=tiny belay.data=vdb",
            memory: .mebibytes(256),
            disks: [
                try disk(.machine(.root), "\(kernel)/tiny-root.ext4"),
                try disk(.machine(.data), "\(kernel)/tiny-data.ext4"),
            ])
    }

    /// What a guest that nobody attacks or traces can do without, and an emulated processor is slowed by.
    ///
    /// The timer of the processor itself is measured for a tenth of a second before it is used; the board's needs that not.
    private static let quick = """
        mitigations=off rodata=off init_on_alloc=0 noreplace-smp nolapic_timer cryptomgr.notests \
        initcall_blacklist=trace_eval_init,tracer_init_tracefs,slab_sysfs_init
        """

    private func disk(_ use: GuestDisk.Use, _ path: String) throws(Refusal) -> GuestDisk {
        // A size that cannot be read is that of a file which is not there.
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64) ?? nil
        guard let size else {
            throw Refusal(
                .lab, code: "GuestDamaged", message: "\(path) is missing; 'belay clean --images' has it built again")
        }
        return GuestDisk(use: use, path: path, size: ByteCount(size))
    }

    private func key(_ parts: String...) -> String {
        var hasher = StableHasher()
        for part in parts { hasher.combine((part as NSString).lastPathComponent) }
        return hasher.digest()
    }
}

extension GuestRecipe {
    /// The recipe as part of a folder's name.
    fileprivate var word: String {
        let marks = [
            layout.databaseLog == .root ? "log" : nil, layout.externalDatabase ? "external" : nil,
            hasDataDisk ? nil : "single",
        ].compactMap { $0 }
        return ([appliance.rawValue, version] + marks).joined(separator: "-")
    }
}
