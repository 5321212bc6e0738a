#if Libvirt
    internal import Foundation

    /// The worker's connection, and how each call is made on it.
    final class WorkerSession: Sendable {
        private let connection: Connection
        private let processes: QEMUProcesses?

        /// Starts the event loop and opens the connection.
        init(opening address: String, root: String, output: LineWriter) throws(LibvirtError) {
            processes = address.hasPrefix("qemu:///embed") ? QEMUProcesses(folder: root + "/run/qemu") : nil
            try EventLoop.start()
            connection = try Connection(opening: address)
            try connection.observeLifecycle { domain, event, detail in
                output.write(.event(domain: domain, event: event, detail: detail))
            }
        }

        func versions() throws(LibvirtError) -> WorkerAnswer {
            .opened(library: try connection.libraryVersion(), hypervisor: try connection.hypervisorVersion())
        }

        /// Makes one call, on the calling thread, which it may block.
        func make(_ call: WorkerCall) throws(LibvirtError) -> WorkerAnswer {
            switch call {
            case .open, .leave, .versions: try versions()
            case .capabilities: .text(try connection.capabilities())
            case .isAlive: .flag(connection.isAlive())
            case .domains: .texts(try connection.domainNames())
            case .define(let xml): .text(try connection.define(xml))
            case .restore(let file, let xml):
                try done { () throws(LibvirtError) in try connection.restore(from: file, xml: xml) }
            default: try make(call, on: call.domain ?? "")
            }
        }

        private func make(_ call: WorkerCall, on name: String) throws(LibvirtError) -> WorkerAnswer {
            try connection.withDomain(named: name) { (domain) throws(LibvirtError) in
                switch call {
                case .destroy:
                    if try processes?.end(domain) != true { try domain.destroy() }
                    return .done
                case .endAndRevert(_, let snapshot, let flags):
                    _ = try processes?.end(domain)
                    return try Self.make(.revert(name, snapshot: snapshot, flags: flags), on: domain)
                default: return try Self.make(call, on: domain)
                }
            }
        }

        private static func make(_ call: WorkerCall, on domain: borrowing Domain) throws(LibvirtError) -> WorkerAnswer {
            switch call {
            case .start: try domain.start()
            case .undefine: try domain.undefine()
            case .rename(_, let name): try domain.rename(to: name)
            case .suspend: try domain.suspend()
            case .resume: try domain.resume()
            case .shutDown(_, let throughAgent): try domain.shutDown(throughAgent: throughAgent)
            case .managedSave: try domain.managedSave()
            case .createCheckpoint(_, let xml): try domain.createCheckpoint(xml)
            case .beginBackup(_, let xml): try domain.beginBackup(xml)
            case .abortJob: try domain.abortJob()
            case .removeManagedSave: try domain.removeManagedSave()
            case .commit(_, let disk): try domain.commitActiveLayer(of: disk)
            case .endBlockJob(_, let disk, let pivot): try domain.endBlockJob(of: disk, pivot: pivot)
            case .agentTimeout(_, let seconds): try domain.setAgentResponseTimeout(seconds: seconds)
            case .setTime(_, let nanoseconds): try domain.setTime(nanoseconds: nanoseconds)
            case .state: return .state(try domain.state())
            case .uuid: return .text(try domain.uuid())
            case .describe(_, let migratable): return .text(try domain.xml(migratable: migratable))
            case .hasManagedSave: return .flag(try domain.hasManagedSave())
            case .hasCheckpoint: return .flag(try domain.hasCheckpoint())
            case .hasJob: return .flag(try domain.hasJob())
            case .createSnapshot(_, let xml, let flags): return .text(try domain.createSnapshot(xml, flags))
            case .snapshots: return .texts(try domain.snapshotNames())
            case .blockJob(_, let disk): return .job(try domain.blockJob(of: disk))
            case .agent(_, let command, let limit): return .text(try domain.agentCommand(command, limit: limit))
            case .freeze: return .number(try domain.freeze())
            case .thaw: return .number(try domain.thaw())
            case .describeSnapshot(_, let name):
                return .text(try domain.withSnapshot(named: name) { (it) throws(LibvirtError) in try it.xml() })
            case .revert(_, let name, let flags):
                try domain.withSnapshot(named: name) { (it) throws(LibvirtError) in try it.revert(flags) }
            case .deleteSnapshot(_, let name, let flags):
                try domain.withSnapshot(named: name) { (it) throws(LibvirtError) in try it.delete(flags) }
            case .open, .leave, .versions, .capabilities, .isAlive, .domains, .define, .restore, .destroy,
                .endAndRevert:
                preconditionFailure("\(call.function) is no call on a domain, or was made before")
            }
            return .done
        }

        private func done(_ body: () throws(LibvirtError) -> Void) throws(LibvirtError) -> WorkerAnswer {
            try body()
            return .done
        }

        /// Destroys and forgets every domain whose files lie under `root`, and removes its files.
        ///
        /// A daemon may have other people's domains: the lab's are told by the path of their disks.
        func destroyDomains(of root: String) {
            guard let names = try? connection.domainNames() else { return }  // Nobody is left to be told why.
            for name in names {
                // As above; a domain that goes away in between is what is wanted.
                _ = try? connection.withDomain(named: name) { (domain) throws(LibvirtError) in
                    guard try domain.xml(migratable: false).contains("'\(root)/") else { return }
                    // It may end by itself meanwhile.
                    if try processes?.end(domain) != true, try domain.state().isActive { _ = try? domain.destroy() }
                    try domain.undefine()
                }
            }
            try? FileManager.default.removeItem(atPath: root + "/machines")  // The same.
        }
    }
#endif
