internal import Foundation
public import Hypervisor
internal import LabCore

/// The lab of real machines on this host, as a whole: what is there, what is missing, and how to be rid of it.
public enum LibvirtLab {
    /// Whether this program was built with libvirt, by its trait `Libvirt`.
    package static var isBuiltIn: Bool {
        #if Libvirt
            true
        #else
            false
        #endif
    }

    /// Something that was found out about this host.
    public struct Finding: Hashable, Sendable, Codable {
        /// What it is about, in a word or two.
        public var subject: String
        /// How it stands.
        public var grade: Grade
        /// What was found, a sentence.
        public var text: String
        /// What to do about it; nothing when all is well.
        public var remedy: String?

        /// Makes a finding.
        public init(_ subject: String, _ grade: Grade, _ text: String, remedy: String? = nil) {
            self.subject = subject
            self.grade = grade
            self.text = text
            self.remedy = remedy
        }

        /// How a thing stands.
        public enum Grade: String, Hashable, Sendable, Codable, CaseIterable {
            /// It is as it should be.
            case good
            /// The lab works, but slower or with less.
            case limited
            /// The lab cannot work.
            case missing
        }
    }

    /// Removes what labs left on this host: domains, processes and disks of every lab that no longer runs.
    ///
    /// Images and warm starts stay, for they cost minutes to make and nothing to keep.
    ///
    /// - Parameters:
    ///   - path: the folder of the lab; nothing for the usual one.
    ///   - images: whether images and warm starts go as well.
    /// - Returns: what was removed, and which labs still run and were left alone, a line each.
    /// - Throws: a refusal when something cannot be removed.
    public static func clean(root path: String? = nil, images: Bool = false) async throws(Refusal) -> [String] {
        let folder = path.map(LabFolder.init(path:)) ?? .usual
        var report: [String] = []
        for root in folder.roots {
            guard let claim = try ClaimedRoot(root) else {
                report.append("\(root.path) is in use and was left alone")
                continue
            }
            let found = leftovers(in: root)
            if !found.isEmpty {
                let driver = try await LibvirtDriver.open(claim, folder: folder, settings: LibvirtDriver.Settings())
                await driver.close()
            }
            for process in LabProcesses.machines(of: root).compactMap({ $0.split(separator: " ").first }) {
                // libvirt knows nothing of it any more: its record was removed by hand, or it never got one.
                if let number = Int32(process) { _ = kill(number, SIGKILL) }
            }
            try Files.remove(root.path)
            report += found
        }
        guard images else { return report }
        for cache in [folder.images, folder.golden, folder.path + "/capabilities", folder.path + "/acceleration.json"]
        where Files.exists(cache) {
            try Files.remove(cache)
            report.append("file \(cache)")
        }
        return report
    }

    /// What can be seen of a lab without a connection to libvirt.
    private static func leftovers(in root: LabRoot) -> [String] {
        let described = Files.names(in: root.path + "/etc/qemu").filter { $0.hasSuffix(".xml") }
            .map { "domain \($0.dropLast(4))" }
        let disks = Files.names(in: root.machines).map { "file \(root.machines)/\($0)" }
        return described + disks + LabProcesses.machines(of: root).map { "process \($0)" }
    }
}
