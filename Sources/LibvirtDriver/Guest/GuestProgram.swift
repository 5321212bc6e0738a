/// A program that is to be run in a guest.
package struct GuestProgram: Hashable, Sendable {
    /// The absolute path of the program in the guest.
    package var path: String
    /// Its arguments, without its name.
    package var arguments: [String]
    /// What it reads from its standard input.
    package var input: [UInt8]
    /// How long to wait for its end.
    package var limit: Duration

    /// Makes a description of a program's run.
    package init(_ path: String, _ arguments: [String] = [], input: [UInt8] = [], limit: Duration = .seconds(60)) {
        self.path = path
        self.arguments = arguments
        self.input = input
        self.limit = limit
    }
}
