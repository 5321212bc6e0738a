import Foundation

/// What the scenario library costs on the simulated platforms.
enum LibraryBenchmark {
    static func rows(belay: URL) throws -> [Row] {
        let before = usage(of: RUSAGE_CHILDREN)
        let process = Process()
        process.executableURL = belay
        let platforms = ["ec2", "azure", "gce", "hyperv", "vsphere"].flatMap { ["--platform", $0] }
        process.arguments = ["run", "Scenarios", "--jobs", "1"] + platforms
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let after = usage(of: RUSAGE_CHILDREN)
        return [
            Row(
                subject:
                    "scenario library on five simulated platforms, CPU time (exit code \(process.terminationStatus))",
                found: "\((after.seconds - before.seconds).brief) s", wanted: "1.5 s at most"),
            Row(
                subject: "scenario library on five simulated platforms, most memory",
                found: "\(after.kibibytes / 1024) MiB",
                wanted: "150 MiB at most"),
        ]
    }

    /// CPU time and peak memory of this process, or of the children that have ended.
    static func usage(of whom: __rusage_who) -> (seconds: Double, kibibytes: Int) {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(whom.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1_000_000 }
        return (times.reduce(0, +), usage.ru_maxrss)
    }
}
