import AzureCompute
import ComputeEngine
import EC2
import HyperV
import Hypervisor
import LibvirtDriver
import Synchronization
import VSphere

/// Opens the drivers of all platforms, and remembers those that must be closed.
final class Workbench: Sendable {
    private let keepsMachines: Bool
    private let progress: @Sendable (String) -> Void
    /// Kept drivers of real machines; one that is let go ends its machines.
    private let kept = Mutex<[LibvirtDriver]>([])

    /// Makes a workbench.
    ///
    /// - Parameters:
    ///   - keepsMachines: whether machines are left where they are.
    ///   - progress: is told of work that takes long, such as building a guest.
    init(keepsMachines: Bool, progress: @escaping @Sendable (String) -> Void) {
        self.keepsMachines = keepsMachines
        self.progress = progress
    }

    /// Opens a platform.
    @Sendable func open(_ platform: Platform, seed: UInt64) async throws(Refusal) -> any HypervisorDriver {
        switch platform {
        case .ec2: return SimulatedDriver<EC2>(seed: seed)
        case .azure: return SimulatedDriver<AzureCompute>(seed: seed)
        case .gce: return SimulatedDriver<ComputeEngine>(seed: seed)
        case .hyperv: return SimulatedDriver<HyperV>(seed: seed)
        case .vsphere: return SimulatedDriver<VSphere>(seed: seed)
        case .libvirt:
            var settings = LibvirtDriver.Settings()
            settings.progress = progress
            let driver = try await LibvirtDriver.open(settings: settings)
            if keepsMachines { kept.withLock { $0.append(driver) } }
            return driver
        default:
            throw Refusal(.unsupported, code: "UnknownPlatform", message: "no driver is known for \(platform)")
        }
    }

    /// What a platform can do, wherever it is.
    static func capabilities(of place: Place) -> Capabilities {
        switch place {
        case .ec2: EC2.capabilities
        case .azure: AzureCompute.capabilities
        case .gce: ComputeEngine.capabilities
        case .hyperv: HyperV.capabilities
        case .vsphere: VSphere.capabilities
        case .libvirt: LibvirtDriver.whatLibvirtCanDo
        }
    }

    /// Why platforms cannot be used here, for those that cannot.
    func unavailable(_ places: [Place]) async -> [Platform: String] {
        guard places.contains(.libvirt) else { return [:] }
        let missing = await LibvirtLab.diagnose().filter { $0.grade == .missing }
        guard !missing.isEmpty else { return [:] }
        return [
            .libvirt: missing.map { "\($0.subject): \($0.text)" }.joined(separator: "; ")
                + " ('belay doctor' says more)"
        ]
    }

    /// Closes what is open; machines that are kept stay as they are.
    func close() async {
        for driver in kept.withLock({ $0 }) { await driver.closeKeepingMachines() }
    }

    /// How to look at what was kept, and how to be rid of it.
    var adviceOnKept: String {
        let roots = kept.withLock { $0 }.map { "    virsh -c qemu:///embed?root=\($0.root.path) list --all" }
        let real =
            roots.isEmpty ? [] : ["Real machines are kept; to look at them:"] + roots + ["'belay clean' removes them."]
        return (real + ["Simulated machines end with the process; '--journal' keeps their story."]).joined(
            separator: "\n")
    }
}
