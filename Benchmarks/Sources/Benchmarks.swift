import AzureCompute
import ComputeEngine
import EC2
import Foundation
import HyperV
import VSphere

/// Measures what the simulation costs, as ratios within one run, and prints a table.
///
/// Usage: `belay-benchmarks [PATH-OF-BELAY]`; without the path, the scenario library is left out.
/// `belay-benchmarks --real PATH-OF-THE-SCRIPT [ROUNDS]` measures real machines instead, which takes a minute and more.
@main
struct Benchmarks {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        if words.first == "--real", words.count > 1 {
            let rounds = words.count > 2 ? Int(words[3]) ?? 3 : 3
            Row.printTable(await WayBackBenchmark.rows(script: words[2], rounds: rounds))
            return
        }
        var rows: [Row] = []
        // First, while this process is small: what a child holds counts from the moment it was forked off.
        if let belay = CommandLine.arguments.dropFirst().first {
            rows += try LibraryBenchmark.rows(belay: URL(filePath: belay))
        }
        rows += DiskBenchmarks.rows()
        rows += PlaneBenchmarks<EC2>.rows() + CrowdBenchmarks<EC2>.rows()
        rows += PlaneBenchmarks<AzureCompute>.rows() + CrowdBenchmarks<AzureCompute>.rows()
        rows += PlaneBenchmarks<ComputeEngine>.rows() + CrowdBenchmarks<ComputeEngine>.rows()
        rows += PlaneBenchmarks<HyperV>.rows() + CrowdBenchmarks<HyperV>.rows()
        rows += PlaneBenchmarks<VSphere>.rows() + CrowdBenchmarks<VSphere>.rows()
        Row.printTable(rows)
    }
}
