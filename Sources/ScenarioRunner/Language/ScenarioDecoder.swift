import Hypervisor
import LabCore

/// Makes a scenario of a node that fits the vocabulary.
enum ScenarioDecoder {
    /// The scenario, for one choice of its inputs.
    static func scenario(_ root: SourceNode, file: String, inputs: [Scenario.Input]) -> Scenario? {
        guard let name = root["scenario"]?.text, let title = root["title"]?.text else { return nil }
        let named = root["platforms"].flatMap { $0.text == "all" ? nil : $0.platforms }
        let exceptions = (root["except"]?.entries ?? []).map { (Platform(rawValue: $0.key), $0.value.text ?? "") }
        return Scenario(
            name: name, file: file, title: title, teaches: root["teaches"]?.text,
            sources: root["sources"]?.texts ?? [], inputs: inputs, machine: machine(root, name: name),
            dataType: root["machine"]?["data-type"]?.perPlatform(\.text),
            platforms: named, exceptions: Dictionary(exceptions) { $1 },
            requirements: root["requires"]?.capabilities ?? [],
            steady: ExpectationDecoder.expectations(root["steady"]), steps: StepDecoder.steps(root["steps"]),
            expectations: ExpectationDecoder.expectations(root["expect"]))
    }

    private static func machine(_ root: SourceNode, name: String) -> MachineSpec {
        let appliance = root["appliance"]?.text.flatMap(Appliance.init(rawValue:)) ?? .generic
        let usual = Defaults(appliance)
        let node = root["machine"]
        var disks = [DiskSpec(role: .root, size: node?["root"]?.byteCount ?? usual.root)]
        let data = node?["data"]
        if data?.text != "absent", let size = data?.byteCount ?? usual.data {
            disks.append(DiskSpec(role: .data, size: size))
        }
        let log = node?["log"]?.roles.first ?? (disks.count > 1 ? .data : .root)
        return MachineSpec(
            name: name, appliance: appliance, version: root["version"]?.text ?? usual.version, disks: disks,
            memory: node?["memory"]?.byteCount ?? usual.memory,
            layout: MachineSpec.Layout(
                databaseLog: log, externalDatabase: node?["database"]?.text == "external",
                remoteObjects: node?["objects"]?.text == "remote", replica: node?["replica"]?.flag ?? false),
            reservesAddress: node?["address"]?.text == "reserved")
    }

    /// What a machine is like when the file does not say.
    private struct Defaults {
        var version: String
        var root: ByteCount
        var data: ByteCount?
        var memory: ByteCount

        init(_ appliance: Appliance) {
            switch appliance {
            case .generic:
                (version, root, data, memory) = ("1.0", .gibibytes(8), .gibibytes(16), .gibibytes(2))
            case .gitHubEnterpriseServer:
                (version, root, data, memory) = ("3.13", .gibibytes(200), .gibibytes(500), .gibibytes(32))
            case .circleCIServices:
                (version, root, data, memory) = ("2.18", .gibibytes(100), nil, .gibibytes(32))
            }
        }
    }
}
