internal import Foundation
package import Hypervisor

extension LibvirtDriver {
    /// Opens a driver with a lab root of its own and a worker that holds the connection.
    ///
    /// What a former lab left in that root is removed first, or taken over when the settings say so.
    package static func open(
        folder: LabFolder = .usual, settings: Settings = Settings()
    ) async throws(Refusal) -> LibvirtDriver {
        let claim = try folder.claimRoot()
        return try await open(claim, folder: folder, settings: settings)
    }

    /// Opens a driver on a root that is claimed already.
    package static func open(
        _ claim: ClaimedRoot, folder: LabFolder, settings: Settings
    ) async throws(Refusal) -> LibvirtDriver {
        try claim.root.prepare()
        let journal = DriverJournal()
        let link = try await startWorker(claim, folder: folder, settings: settings, journal: journal)
        let driver = LibvirtDriver(claim: claim, folder: folder, settings: settings, link: link, journal: journal)
        do throws(Refusal) {
            try await driver.settleLeftovers()
            return driver
        } catch {
            await link.close()
            throw error
        }
    }

    /// Ends the worker and with it the lab's machines; the driver is of no use afterwards.
    package func close() async { await link.close() }

    /// Ends the worker and leaves the machines running, for somebody to look at them.
    package func closeKeepingMachines() async {
        // Without the mark the next lab in this root would remove them: worth trying, and no reason not to end.
        try? Files.write("", to: root.keptMark)
        do {
            _ = try await link.call(.leave)
        } catch {
            await link.close()  // The worker ends instead of answering, so this is always reached.
        }
    }

    /// Starts another worker when the one there was has ended, and takes its machines over.
    func ensureWorker() async throws(Refusal) {
        do throws(WorkerProcess.Failure) {
            // A worker whose daemon has ended lives on with a connection that is of no use any more. Rule: LV-070.
            if case .flag(true) = try await link.call(.isAlive) { return }
        } catch {
            guard error == .gone else { return }  // What else is wrong shows in the calls that follow.
        }
        await link.close()
        link = try await Self.startWorker(claim, folder: folder, settings: settings, journal: journal)
    }

    private static func startWorker(
        _ claim: ClaimedRoot, folder: LabFolder, settings: Settings, journal: DriverJournal
    ) async throws(Refusal) -> WorkerProcess {
        guard LibvirtLab.isBuiltIn else { throw .noLibvirt }
        guard let worker = settings.worker ?? usualWorker else {
            throw Refusal(
                .lab, code: "NoWorker", message: "this program cannot become a worker; set BELAY_LIBVIRT_WORKER")
        }
        // Finding out what QEMU can do takes seconds; a new root takes over what another one has found.
        let root = claim.root
        let known = root.path + "/cache/qemu/capabilities"
        let shared = folder.path + "/capabilities"
        if !Files.exists(known), Files.exists(shared) {
            try Files.makeFolder(root.path + "/cache/qemu")
            try await HostProgram.run("cp", ["-a", shared, known])
        }
        let link = try WorkerProcess(
            command: worker, address: settings.address ?? "qemu:///embed?root=\(root.path)", claim: claim
        ) { journal.note($0) }
        do throws(WorkerProcess.Failure) {
            _ = try await link.call(.open)
            _ = try await link.call(.capabilities)
        } catch {
            await link.close()
            throw Refusal(error, verb: "virConnectOpen")
        }
        if Files.exists(known), !Files.exists(shared) { try await HostProgram.run("cp", ["-a", known, shared]) }
        return link
    }

    /// The executable that becomes a worker when its first argument is ``Worker/argument``.
    private static var usualWorker: String? {
        // The link names the file that runs, whatever it was started as.
        guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
        let folder = (own as NSString).deletingLastPathComponent
        let candidates = (own as NSString).lastPathComponent == "belay" ? [own] : []
        return (candidates + ["\(folder)/belay-libvirt-worker", "\(folder)/belay"])
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
