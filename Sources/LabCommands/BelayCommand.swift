package import ArgumentParser
import Foundation
import LibvirtDriver

/// The command `belay`.
package struct BelayCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "belay",
        abstract: "Test the way back: snapshot, failed upgrade, revert, and what really came back.",
        discussion: """
            Examples:
              belay run                                the whole library on every platform there is
              belay run Scenarios/at-rest              one folder of it
              belay run --platform ec2 incident.yaml   one file on one platform
              belay compare powered-off                one scenario on all platforms, side by side
              belay doctor                             what is missing for real machines, and how to get it

            Exit codes: 0 passed, 1 something failed, 2 wrong usage or bad input, 3 the lab could not do its work.
            """,
        subcommands: [
            RunCommand.self, CompareCommand.self, ListCommand.self, ValidateCommand.self, RulesCommand.self,
            DoctorCommand.self, CleanCommand.self,
        ])

    package init() {}

    /// Runs the command that the process's arguments name, and ends the process.
    package static func start() async -> Never {
        becomeWorkerIfAsked()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Foundation.exit(0)
        } catch {
            exit(reporting: error)
        }
    }

    /// Becomes the worker that holds the connection to libvirt, when the process was started for that.
    private static func becomeWorkerIfAsked() {
        #if Libvirt
            let arguments = CommandLine.arguments
            if arguments.count > 1, arguments[1] == Worker.argument { Worker.run(Array(arguments.dropFirst(2))) }
        #endif
    }

    /// Prints what is to be said about `error` and ends the process with the code that it stands for.
    private static func exit(reporting error: any Error) -> Never {
        if let end = error as? ExitCode { Foundation.exit(end.rawValue) }
        let code = LabExit(error: error, of: self)
        if error is LabExit { Foundation.exit(code.rawValue) }
        let message = (error as? BadInput)?.description ?? fullMessage(for: error)
        if !message.isEmpty { code == .passed ? Console.print(message) : Console.complain(message) }
        Foundation.exit(code.rawValue)
    }
}
