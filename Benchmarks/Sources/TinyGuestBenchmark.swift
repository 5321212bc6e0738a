import Hypervisor
import LabCore
import LibvirtDriver

/// How long the tiny guest takes from nothing, not even disks, until its agent answers for the first time.
enum TinyGuestBenchmark {
    private static let spec = MachineSpec(
        name: "tiny", appliance: .generic, version: "1.0",
        disks: [DiskSpec(role: .root, size: .mebibytes(64)), DiskSpec(role: .data, size: .mebibytes(64))],
        memory: .mebibytes(256))

    static func rows(rounds: Int) async -> [Row] {
        let subject = "the tiny guest's boot until its agent answers"
        do {
            var settings = LibvirtDriver.Settings()
            settings.startsWarm = false
            let driver = try await LibvirtDriver.open(settings: settings)
            do {
                let least = try await leastSeconds(driver, rounds)
                await driver.close()
                return [Row(subject: subject, found: "\(least.hundredths) s", wanted: "3 s at most")]
            } catch {
                await driver.close()
                throw error
            }
        } catch {
            return [Row(subject: subject, found: "not measured: \(error)", wanted: "")]
        }
    }

    private static func leastSeconds(_ driver: LibvirtDriver, _ rounds: Int) async throws -> Double {
        let guest = try await GuestImages(folder: driver.folder.images).prepare(.tiny)
        var least = Double.infinity
        for _ in 0..<rounds {
            let start = ContinuousClock().now
            _ = try await driver.makeMachine(spec, guest: guest, hasAppliance: false)
            least = min(least, (ContinuousClock().now - start) / .seconds(1))
            try await driver.removeEverything()
        }
        return least
    }
}
