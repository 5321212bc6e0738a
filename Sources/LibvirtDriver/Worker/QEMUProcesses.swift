#if Libvirt
    internal import CReaper
    internal import Foundation

    /// The QEMU processes of the embedded driver, each of which it names in a file.
    struct QEMUProcesses {
        /// The folder with the files.
        let folder: String

        /// Ends a domain's QEMU as libvirt does, and answers whether it came to that.
        ///
        /// libvirt sends the same signal, also to a QEMU whose end it hears of from the monitor, and then looks every fifth
        /// of a second whether the process is there. So it is reaped before libvirt can hear of anything. This waits until
        /// libvirt has: what it does about the end of a QEMU that nobody has told it of would meet the one that is started
        /// next.
        func end(_ domain: borrowing Domain) throws(LibvirtError) -> Bool {
            guard try domain.state().isActive, let process = process(of: domain.name) else { return false }
            guard creaper_end(process) == 0 else { return false }
            // What does not end within two seconds is for libvirt to end, by other means.
            for _ in 0..<2000 {
                guard try domain.state().isActive else { return true }
                usleep(1000)
            }
            return false
        }

        private func process(of name: String) -> Int32? {
            // A file that is not there names nobody.
            guard let contents = try? Data(contentsOf: URL(filePath: "\(folder)/\(name).pid")) else { return nil }
            return Int32(String(decoding: contents, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
#endif
