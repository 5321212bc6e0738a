import HashTreeCollections
import LabCore

/// What a list call is asked for.
package struct ListRequest: Hashable, Sendable {
    /// Items on a page, from 0 to 500; nothing for the most there can be.
    package var maxResults: Int?
    /// Where the page before ended.
    package var pageToken: String?
    /// `name` or `creationTimestamp desc`; nothing for the order of names.
    package var orderBy: String?

    package init(maxResults: Int? = nil, pageToken: String? = nil, orderBy: String? = nil) {
        self.maxResults = maxResults
        self.pageToken = pageToken
        self.orderBy = orderBy
    }
}

/// One page of a list, and where the next one begins.
package struct Page<Item: Hashable & Sendable>: Hashable, Sendable {
    package var items: [Item]
    /// Nothing when there is no more.
    package var nextPageToken: String?
}

/// A resource that lists show.
protocol Listed: Hashable, Sendable {
    var path: ResourcePath { get }
    var created: Instant { get }
}

extension PersistentDisk: Listed {}
extension DiskSnapshot: Listed {}
extension Instance: Listed {}

extension ComputeEngine {
    /// snapshots.list.
    package func listSnapshots(_ request: ListRequest = ListRequest()) throws(ComputeFault) -> Page<DiskSnapshot> {
        try page(Array(snapshots.values), request)
    }

    /// disks.list.
    package func listDisks(
        zone: String, _ request: ListRequest = ListRequest()
    ) throws(ComputeFault) -> Page<PersistentDisk> {
        let scope = try zoneScope(zone)
        return try page(disks.values.filter { $0.path.scope == scope }, request)
    }

    /// instances.list.
    package func listInstances(
        zone: String, _ request: ListRequest = ListRequest()
    ) throws(ComputeFault) -> Page<Instance> {
        let scope = try zoneScope(zone)
        return try page(instances.values.filter { $0.path.scope == scope }, request)
    }

    private func page<Item: Listed>(_ items: [Item], _ request: ListRequest) throws(ComputeFault) -> Page<Item> {
        let size = request.maxResults ?? settings.quotas.pageSize
        guard (0...settings.quotas.pageSize).contains(size) else {
            throw .invalid("maxResults", String(size), "Must be from 0 to 500.", rule: "GCE-032")
        }
        let sorted: [Item]
        switch request.orderBy {
        case nil, "name": sorted = items.sorted { $0.path.name < $1.path.name }
        case "creationTimestamp desc":
            sorted = items.sorted { ($1.created, $0.path.name) < ($0.created, $1.path.name) }
        case let order?:
            throw .invalid("orderBy", order, "Must be name or creationTimestamp desc.", rule: "GCE-033")
        }
        let start: Int
        if let token = request.pageToken {
            guard let last = sorted.firstIndex(where: { $0.path.name == token }) else {
                throw .invalid("pageToken", token, "")
            }
            start = last + 1
        } else {
            start = 0
        }
        let items = Array(sorted[start...].prefix(size == 0 ? settings.quotas.pageSize : size))
        let isLast = start + items.count == sorted.count
        return Page(items: items, nextPageToken: isLast ? nil : items.last?.path.name)
    }
}
