import HashTreeCollections
import LabCore
import SimulatedMachine

/// One filter of a Describe call: a name, and values of which any may match.
///
/// Rule: AWS-160. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
package struct Filter: Hashable, Sendable {
    package var name: String
    /// Texts in which `*` stands for any letters, `?` for one, and `\` takes both their meaning; with none nothing matches.
    package var values: [String]

    package init(_ name: String, _ values: [String]) {
        self.name = name
        self.values = values
    }

    /// Whether one of the values matches one of those a resource has.
    func matches(_ found: [String]) -> Bool {
        values.contains { value in found.contains { Self.matches(Array($0)[...], Array(value)[...]) } }
    }

    /// Whether a text fits a pattern; letters count in their case.
    private static func matches(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "*":
            return matches(text, rest) || !text.isEmpty && matches(text.dropFirst(), pattern)
        case "?": return !text.isEmpty && matches(text.dropFirst(), rest)
        case "\\" where !rest.isEmpty: return text.first == rest.first && matches(text.dropFirst(), rest.dropFirst())
        default: return text.first == first && matches(text.dropFirst(), rest)
        }
    }
}

/// A resource that a Describe call lists, and what its filters look at.
protocol Described: Identified, Hashable, Sendable {
    var id: ResourceID<Self> { get }
    /// What the ids are called in a refusal.
    static var idsParameter: String { get }
    /// What the resource has for each name of a filter but those of tags, which every resource has.
    var attributes: [String: [String]] { get }
    /// The names of the filters that there are.
    static var filterNames: Set<String> { get }
}

extension Volume: Described {
    static let idsParameter = "volumeIdsSet"
    static let filterNames: Set = [
        "volume-id", "status", "availability-zone", "size", "volume-type", "snapshot-id", "encrypted", "fast-restored",
        "attachment.instance-id", "attachment.device", "attachment.status", "attachment.delete-on-termination",
    ]
    var attributes: [String: [String]] {
        [
            "volume-id": [id.rawValue], "status": [state.rawValue], "availability-zone": [zone],
            "size": [String(shape.size)], "volume-type": [shape.type.rawValue],
            "snapshot-id": [snapshot?.rawValue ?? ""], "encrypted": [String(key != nil)],
            "fast-restored": [String(isFastRestored)],
            "attachment.instance-id": attachment.map { [$0.instance.rawValue] } ?? [],
            "attachment.device": attachment.map { [$0.device] } ?? [],
            "attachment.status": attachment.map { [$0.state.rawValue] } ?? [],
            "attachment.delete-on-termination": attachment.map { [String($0.deleteOnTermination)] } ?? [],
        ]
    }
}

extension EBSSnapshot: Described {
    static let idsParameter = "snapshotSet"
    static let filterNames: Set = [
        "snapshot-id", "status", "volume-id", "volume-size", "description", "encrypted", "owner-id", "storage-tier",
    ]
    var attributes: [String: [String]] {
        [
            "snapshot-id": [id.rawValue], "status": [state.rawValue], "volume-id": [volume.rawValue],
            "volume-size": [String(volumeSize)], "description": [description], "encrypted": [String(key != nil)],
            "owner-id": [owner], "storage-tier": [tier.isInArchive ? "archive" : "standard"],
        ]
    }
}

extension Instance: Described {
    static let idsParameter = "instancesSet"
    static let filterNames: Set = [
        "instance-id", "instance-state-name", "instance-state-code", "image-id", "instance-type", "availability-zone",
        "private-ip-address", "ip-address", "root-device-name", "root-device-type", "block-device-mapping.volume-id",
        "block-device-mapping.device-name", "client-token",
    ]
    var attributes: [String: [String]] {
        [
            "instance-id": [id.rawValue], "instance-state-name": [state.rawValue],
            "instance-state-code": [String(state.code)], "image-id": [image.rawValue], "instance-type": [type.name],
            "availability-zone": [zone], "private-ip-address": [privateAddress],
            "ip-address": publicAddress.map { [$0] } ?? [], "root-device-name": [rootDevice],
            "root-device-type": [hasInstanceStoreRoot ? "instance-store" : "ebs"],
            "block-device-mapping.volume-id": devices.values.map(\.rawValue),
            "block-device-mapping.device-name": Array(devices.keys), "client-token": [clientToken ?? ""],
        ]
    }
}
