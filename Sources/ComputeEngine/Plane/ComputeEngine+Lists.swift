import HashTreeCollections
import LabCore
import SimulatedMachine

/// What a list call is asked for.
package struct ListRequest: Hashable, Sendable {
    /// Items on a page, from 0 to 500; nothing for the most there can be.
    package var maxResults: Int?
    /// Where the page before ended.
    package var pageToken: String?
    /// `name` or `creationTimestamp desc`; nothing for the order of names.
    package var orderBy: String?
    /// What must be so of an item, in one of two syntaxes: `status = READY` or `status eq READY`.
    package var filter: String?

    package init(
        maxResults: Int? = nil, pageToken: String? = nil, orderBy: String? = nil, filter: String? = nil
    ) {
        self.maxResults = maxResults
        self.pageToken = pageToken
        self.orderBy = orderBy
        self.filter = filter
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
    /// What filters can look at, labels left aside.
    var fields: [String: String] { get }
    var labels: Labels { get }
}

extension PersistentDisk: Listed {
    var fields: [String: String] {
        ["name": path.name, "status": state.rawValue, "sizeGb": String(sizeGB), "sourceSnapshot": sourceSnapshot ?? ""]
    }
}

extension DiskSnapshot: Listed {
    var fields: [String: String] { ["name": path.name, "status": state.rawValue, "sourceDisk": sourceDisk] }
}

extension Instance: Listed {
    var fields: [String: String] { ["name": path.name, "status": state.rawValue] }
}

/// What aggregatedList says of one scope.
package struct ScopedList<Item: Hashable & Sendable>: Hashable, Sendable {
    /// The scope, as `zones/us-central1-a`.
    package var scope: String
    /// What is there; nothing when there is nothing.
    package var items: [Item]?
    /// Why there are no items.
    ///
    /// Rule: GCE-035.
    package var warning: String?
}

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

    /// disks.aggregatedList: every zone has its say, the empty ones too.
    ///
    /// Rule: GCE-035.
    package func aggregatedListDisks(_ filter: String? = nil) throws(ComputeFault) -> [ScopedList<PersistentDisk>] {
        let filter = try filter.map { text throws(ComputeFault) in try ListFilter(text) }
        return settings.zones.map { zone in
            let found = disks.values.filter { $0.path.scope == .zone(zone) && filter?.matches($0) ?? true }
            let scope = Scope.zone(zone).description
            guard !found.isEmpty else { return ScopedList(scope: scope, warning: "NO_RESULTS_ON_PAGE") }
            return ScopedList(scope: scope, items: found.sorted { $0.path.name < $1.path.name })
        }
    }

    private func page<Item: Listed>(_ items: [Item], _ request: ListRequest) throws(ComputeFault) -> Page<Item> {
        let size = request.maxResults ?? settings.quotas.pageSize
        guard (0...settings.quotas.pageSize).contains(size) else {
            throw .invalid("maxResults", String(size), "Must be from 0 to 500.", rule: "GCE-032")
        }
        let filter = try request.filter.map { text throws(ComputeFault) in try ListFilter(text) }
        let items = items.filter { filter?.matches($0) ?? true }
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
        let shown = Array(sorted[start...].prefix(size == 0 ? settings.quotas.pageSize : size))
        let isLast = start + shown.count == sorted.count
        return Page(items: shown, nextPageToken: isLast ? nil : shown.last?.path.name)
    }
}
