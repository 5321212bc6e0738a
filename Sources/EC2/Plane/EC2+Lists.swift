import HashTreeCollections
import LabCore
import SimulatedMachine

/// What a Describe call is asked for.
package struct Listing<Resource: Identified>: Hashable, Sendable {
    /// The resources that are meant; with none all of them.
    package var ids: [ResourceID<Resource>] = []
    /// What must all match.
    package var filters: [Filter] = []
    /// How many resources are looked at for a page, 5 at least.
    package var maxResults: Int?
    /// Where the page before ended.
    package var nextToken: String?

    package init(ids: [ResourceID<Resource>] = [], filters: [Filter] = [], maxResults: Int? = nil) {
        self.ids = ids
        self.filters = filters
        self.maxResults = maxResults
    }
}

/// One page of an answer, and where the next one begins.
package struct Page<Item: Hashable & Sendable>: Hashable, Sendable {
    /// What matched of the resources that were looked at, which can be nothing.
    ///
    /// Rule: AWS-159.
    package var items: [Item]
    /// Nothing when there is no more.
    package var nextToken: String?
}

extension EC2 {
    /// DescribeVolumes with filters and in pages.
    package func describeVolumes(_ listing: Listing<Volume>) throws(EC2Fault) -> Page<Volume> {
        try page(of: listing, volumes.values) { ids throws(EC2Fault) in try describeVolumes(ids) }
    }

    /// DescribeSnapshots with filters and in pages.
    package func describeSnapshots(_ listing: Listing<EBSSnapshot>) throws(EC2Fault) -> Page<EBSSnapshot> {
        let visible = snapshots.values.filter { $0.state.isVisible && $0.region == settings.region }
        return try page(of: listing, visible) { ids throws(EC2Fault) in try describeSnapshots(ids) }
    }

    /// DescribeInstances with filters and in pages.
    package func describeInstances(_ listing: Listing<Instance>) throws(EC2Fault) -> Page<Instance> {
        try page(of: listing, instances.values) { ids throws(EC2Fault) in try describeInstances(ids) }
    }

    private func page<Item: Described>(
        of listing: Listing<Item>, _ all: some Sequence<Item>,
        named: ([ResourceID<Item>]) throws(EC2Fault) -> [Item]
    ) throws(EC2Fault) -> Page<Item> {
        try admit()
        try checkPaging(of: listing)
        try check(listing.filters, of: Item.self)
        let matches = { (item: Item) in listing.filters.allSatisfy { $0.matches(self.values($0.name, of: item)) } }
        guard listing.ids.isEmpty else { return Page(items: try named(listing.ids).filter(matches)) }
        let digest = digest(of: listing.filters)
        var rest = all.sorted { $0.id < $1.id }[...]
        if let token = listing.nextToken {
            let (filters, last) = try position(token, of: Item.self)
            // A token of other filters is no mistake, and leads nowhere. Rule: AWS-159.
            guard filters == digest else { return Page(items: []) }
            rest = rest.drop { $0.id <= last }
        }
        guard let asked = listing.maxResults else { return Page(items: rest.filter(matches)) }
        let window = rest.prefix(min(asked, settings.quotas.pageSize))
        let isLast = window.endIndex == rest.endIndex
        return Page(
            items: window.filter(matches),
            nextToken: isLast ? nil : window.last.map { "\(digest)\($0.id)" })
    }

    /// Rule: AWS-158.
    private func checkPaging<Item: Described>(of listing: Listing<Item>) throws(EC2Fault) {
        let pages = ["maxResults": listing.maxResults != nil, "nextToken": listing.nextToken != nil]
        if !listing.ids.isEmpty, let parameter = pages.filter(\.value).keys.min() {
            throw EC2Fault(
                .invalidParameterCombination,
                "The parameter \(Item.idsParameter) cannot be used with the parameter \(parameter)", rule: "AWS-158")
        }
        if let size = listing.maxResults, size < 5 {
            throw EC2Fault(
                .invalidParameterValue,
                "Value ( \(size) ) for parameter maxResults is invalid. Expecting a value greater than 5.",
                rule: "AWS-158")
        }
    }

    /// Rule: AWS-160.
    private func check<Item: Described>(_ filters: [Filter], of _: Item.Type) throws(EC2Fault) {
        for filter in filters where !Item.filterNames.contains(filter.name) {
            guard filter.name == "tag-key" || filter.name.hasPrefix("tag:") else {
                throw EC2Fault(.invalidParameterValue, "The filter '\(filter.name)' is invalid", rule: "AWS-160")
            }
        }
        guard filters.reduce(0, { $0 + $1.values.count }) <= settings.quotas.filterValues else {
            throw EC2Fault(
                "FilterLimitExceeded",
                "The maximum number of filter values specified on a single call is \(settings.quotas.filterValues)",
                rule: "AWS-160")
        }
    }

    private func values<Item: Described>(_ name: String, of item: Item) -> [String] {
        let tags = tagSets[item.id.rawValue] ?? [:]
        if name == "tag-key" { return Array(tags.keys) }
        if name.hasPrefix("tag:") { return tags[String(name.dropFirst(4))].map { [$0] } ?? [] }
        return item.attributes[name] ?? []
    }

    private func digest(of filters: [Filter]) -> String {
        var hasher = StableHasher()
        for filter in filters {
            hasher.combine(filter.name)
            for value in filter.values { hasher.combine(value) }
        }
        return hasher.digest()
    }

    /// What a token says: of which filters it is, and which resource was the last to be looked at.
    ///
    /// Rule: AWS-159.
    private func position<Item: Described>(
        _ token: String, of _: Item.Type
    ) throws(EC2Fault) -> (filters: String, last: ResourceID<Item>) {
        let last = ResourceID<Item>(rawValue: String(token.dropFirst(16)))
        let filters = String(token.prefix(16))
        guard filters.count == 16, filters.allSatisfy(\.isHexDigit), last.isWellFormed else {
            throw EC2Fault("InvalidPaginationToken", "Unable to parse pagination token", rule: "AWS-159")
        }
        return (filters, last)
    }
}
