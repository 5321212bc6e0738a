import ArgumentParser
import Hypervisor
import LibvirtDriver

/// The subcommand that removes what labs left behind.
struct CleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Remove real machines, their disks and processes that earlier runs left or kept.",
        discussion: """
            Labs that still run are left alone. Guest images stay, for they take a minute to build.

            Examples:
              belay clean
              belay clean --images
            """)

    @Flag(help: "Remove guest images and warm starts as well.")
    var images = false

    func run() async throws {
        do throws(Refusal) {
            let report = try await LibvirtLab.clean(images: images)
            Console.print(report.isEmpty ? "There is nothing to remove." : report.joined(separator: "\n"))
        } catch {
            Console.complain("Not everything could be removed: \(error)")
            throw LabExit.lab
        }
    }
}
