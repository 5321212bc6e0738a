import AzureCompute
import ComputeEngine
import EC2
import Foundation
import HyperV
import Hypervisor
import VSphere

/// Measures what the simulation costs, as ratios within one run, and prints a table.
///
/// Usage: `belay-benchmarks [PATH-OF-BELAY]`; without the path, the scenario library is left out.
/// `belay-benchmarks --plane PLATFORM` measures one simulated platform alone.
/// `belay-benchmarks --real PATH-OF-THE-SCRIPT [ROUNDS]` measures real machines instead, which takes a minute and more.
@main
struct Benchmarks {
    private static let planes: [any Crowdable.Type] = [
        EC2.self, AzureCompute.self, ComputeEngine.self, HyperV.self, VSphere.self,
    ]

    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        if words.first == "--real", words.count > 1 {
            let rounds = words.count > 2 ? Int(words[3]) ?? 3 : 3
            Row.printTable(
                await WayBackBenchmark.rows(script: words[2], rounds: rounds)
                    + TinyGuestBenchmark.rows(rounds: rounds))
            return
        }
        if words.first == "--plane" {
            let wanted = words.dropFirst()
            Row.printTable(planes.filter { wanted.contains("\($0.platform)") }.flatMap { Self.rows(of: $0) })
            return
        }
        var rows: [Row] = []
        // First, while this process is small: what a child holds counts from the moment it was forked off.
        if let belay = CommandLine.arguments.dropFirst().first {
            rows += try LibraryBenchmark.rows(belay: URL(filePath: belay))
        }
        rows += DiskBenchmarks.rows()
        rows += planes.flatMap { Self.rows(of: $0) }
        Row.printTable(rows)
    }

    private static func rows<Plane: Crowdable>(of plane: Plane.Type) -> [Row] {
        PlaneBenchmarks<Plane>.rows() + CrowdBenchmarks<Plane>.rows() + nativeRows(of: plane)
    }

    private static func nativeRows<Plane>(of plane: Plane.Type) -> [Row] {
        func rows<Cycling: CyclesInPlace>(_: Cycling.Type) -> [Row] { CrowdBenchmarks<Cycling>.nativeRows() }
        guard let plane = plane as? any CyclesInPlace.Type else { return [] }
        return rows(plane)
    }
}
