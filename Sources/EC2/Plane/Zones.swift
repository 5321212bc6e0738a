import LabCore

/// A zone of the region as one account sees it.
package struct AvailabilityZone: Hashable, Sendable {
    /// The account's own name for it, as `us-east-1a`.
    package var name: String
    /// What it is for every account, as `use1-az1`.
    package var id: String
}

extension EC2 {
    /// DescribeAvailabilityZones, by name.
    package func describeAvailabilityZones() -> [AvailabilityZone] {
        settings.zones.sorted().map { AvailabilityZone(name: $0, id: settings.zoneID(of: $0)) }
    }
}

extension EC2.Settings {
    /// The id of a zone: the names of an account begin at a zone of its own.
    ///
    /// Rule: AWS-165. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
    func zoneID(of name: String) -> String {
        let place = zones.firstIndex(of: name) ?? 0
        return "\(zoneIDPrefix)-az\((place + firstZone) % max(1, zones.count) + 1)"
    }

    /// The name under which the account knows the zone with an id; nothing when there is no such zone.
    func zoneName(ofID id: String) -> String? { zones.first { zoneID(of: $0) == id } }

    /// The zone at which the names of the account begin.
    private var firstZone: Int {
        var hasher = StableHasher()
        hasher.combine(account)
        return Int(hasher.finalize() % UInt64(max(1, zones.count)))
    }

    /// The region in short, as `use1` for `us-east-1`.
    private var zoneIDPrefix: String {
        let parts = region.split(separator: "-")
        return parts.enumerated().map { place, part in place == 0 ? String(part) : String(part.prefix(1)) }.joined()
    }
}
