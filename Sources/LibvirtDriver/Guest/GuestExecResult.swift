/// How a program that was run in a guest ended.
package struct GuestExecResult: Hashable, Sendable {
    /// The exit code; nothing when a signal ended the program.
    package var exitCode: Int?
    /// What the program wrote to its standard output.
    package var output: String
    /// What the program wrote to its standard error.
    package var errorOutput: String

    /// Makes a result.
    package init(exitCode: Int?, output: String, errorOutput: String = "") {
        self.exitCode = exitCode
        self.output = output
        self.errorOutput = errorOutput
    }
}
