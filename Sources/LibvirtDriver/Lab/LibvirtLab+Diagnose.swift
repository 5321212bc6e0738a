internal import Foundation
internal import Hypervisor
internal import LabCore

extension LibvirtLab {
    /// Looks at what the lab of real machines needs: programs, packages, acceleration, guests, room and paths.
    ///
    /// Nothing is built and nothing is booted for it.
    ///
    /// - Returns: a finding for each, in a fixed order.
    public static func diagnose() async -> [Finding] { await diagnose(.usual) }

    package static func diagnose(_ folder: LabFolder) async -> [Finding] {
        guard isBuiltIn else {
            let remedy = "build it with its usual traits: swift build"
            return [Finding("libvirt", .missing, Refusal.noLibvirt.message, remedy: remedy)]
        }
        return await findings(folder)
    }

    private static func findings(_ folder: LabFolder) async -> [Finding] {
        [await qemu(), await imageTool(), await connection(folder), acceleration(folder), guests(folder), room(folder)]
            + [socketPaths(folder)]
    }

    private static func qemu() async -> Finding {
        await version(
            of: "qemu-system-x86_64", subject: "QEMU", package: "qemu-system-x86",
            why: "nothing can run a guest")
    }

    private static func imageTool() async -> Finding {
        await version(of: "qemu-img", subject: "disk images", package: "qemu-utils", why: "nothing can make disks")
    }

    private static func version(of program: String, subject: String, package: String, why: String) async -> Finding {
        guard HostProgram.find(program) != nil else {
            return Finding(
                subject, .missing, "\(program) is not installed: \(why)", remedy: "apt-get install \(package)")
        }
        do throws(Refusal) {
            let said = try await HostProgram.run(program, ["--version"])
            return Finding(subject, .good, said.split(whereSeparator: \.isNewline).first.map(String.init) ?? program)
        } catch {
            return Finding(subject, .missing, error.message, remedy: "apt-get install --reinstall \(package)")
        }
    }

    /// Opens a connection and closes it again: the driver for QEMU is a package of its own, found only when it is loaded.
    private static func connection(_ folder: LabFolder) async -> Finding {
        let subject = "libvirt"
        do throws(Refusal) {
            let driver = try await LibvirtDriver.open(folder: folder)
            let versions = try await driver.versions()
            await driver.close()
            let way = ProcessInfo.processInfo.environment["BELAY_LIBVIRT_URI"] ?? "its own embedded driver"
            return Finding(
                subject, .good, "libvirt \(versions.library) with QEMU \(versions.hypervisor) through \(way)")
        } catch {
            let remedy =
                error.code == "RootPathTooLong"
                ? "set BELAY_HOME to a shorter path" : "apt-get install libvirt0 libvirt-daemon-driver-qemu"
            return Finding(subject, .missing, "no connection: \(error.message)", remedy: remedy)
        }
    }

    private static func acceleration(_ folder: LabFolder) -> Finding {
        let subject = "acceleration"
        let remedy = "guests run some ten times slower; for KVM use a host that offers it and a user of the group kvm"
        switch AccelerationFinding.known(in: folder) {
        case .some(let finding) where finding.acceleration == .kvm:
            return Finding(subject, .good, "KVM: a guest has booted with it")
        case .some(let finding):
            return Finding(
                subject, .limited, "QEMU's translator, because \(finding.reason ?? "of a wish")", remedy: remedy)
        case nil where unsafe access("/dev/kvm", R_OK | W_OK) == 0:
            return Finding(subject, .good, "/dev/kvm is there; the first run boots a guest to see whether it works")
        case nil:
            let why = Files.exists("/dev/kvm") ? "/dev/kvm may not be used by this user" : "there is no /dev/kvm"
            return Finding(subject, .limited, "QEMU's translator, because \(why)", remedy: remedy)
        }
    }

    private static func guests(_ folder: LabFolder) -> Finding {
        let subject = "guests"
        let built = Files.names(in: folder.images).filter { $0.hasPrefix("guest-") && !$0.contains(".lock") }
        let warm = Files.names(in: folder.golden).count
        let found = built.isEmpty ? "none built yet" : "\(built.count) built, \(warm) ready to start warm"
        let missing = GuestImages.requirements.filter { HostProgram.find($0.program) == nil }
        guard let first = missing.first else {
            let next = built.isEmpty ? "; the first run builds one, which takes about a minute" : ""
            return Finding(subject, .good, found + next)
        }
        // Guests that are there serve on; another recipe or another QEMU needs a new build.
        return Finding(
            subject, built.isEmpty ? .missing : .limited, "\(found); none can be built without \(first.program)",
            remedy: "apt-get install \(Set(missing.map(\.package)).sorted().joined(separator: " "))")
    }

    private static func room(_ folder: LabFolder) -> Finding {
        let subject = "room"
        // The folder may not exist yet: what counts is the file system it will be on.
        var existing = folder.path
        while !Files.exists(existing), existing.count > 1 {
            existing = (existing as NSString).deletingLastPathComponent
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: existing)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return Finding(subject, .limited, "nobody can say how much room there is in \(existing)")
        }
        let needed = ByteCount.gibibytes(4)
        guard free >= needed.bytes else {
            return Finding(
                subject, .missing, "\(ByteCount(free)) free in \(existing), \(needed) needed",
                remedy: "make room, or set BELAY_HOME to a path on another file system")
        }
        return Finding(subject, .good, "\(ByteCount(free)) free in \(existing)")
    }

    private static func socketPaths(_ folder: LabFolder) -> Finding {
        let root = LabRoot(path: "\(folder.labs)/1")
        guard root.longestSocketPath <= 108 else {
            return Finding(
                "paths", .missing,
                "sockets below \(folder.path) would have \(root.longestSocketPath) bytes, 108 are allowed",
                remedy: "set BELAY_HOME to a shorter path")
        }
        return Finding("paths", .good, "everything lives below \(folder.path)")
    }
}

extension LibvirtDriver {
    /// The versions of libvirt and QEMU, in words.
    func versions() async throws(Refusal) -> (library: String, hypervisor: String) {
        guard case .opened(let library, let hypervisor) = try await call(.versions) else { throw .wrongAnswer }
        let words = { (number: Int) in "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)" }
        return (words(library), words(hypervisor))
    }
}
