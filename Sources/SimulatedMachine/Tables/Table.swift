public import HashTreeCollections

/// A resource that can be found by more than its id.
public protocol Booked: Hashable, Sendable {
    /// What it is known by.
    associatedtype ID: Hashable & Comparable & Sendable
    /// What can be asked of all resources of the kind.
    associatedtype Query: Hashable & Sendable

    /// The questions to which the resource is part of the answer.
    var questions: [Query] { get }
    /// What it counts for in sums: gibibytes of a volume, processors of an instance.
    var weight: Int { get }
}

extension Booked {
    /// Each counts for one.
    public var weight: Int { 1 }
}

/// The resources of one kind by id, with books that answer questions without a look at every one of them.
///
/// What it does is inlinable, to be specialised for the resources of each platform.
public struct Table<Resource: Booked>: Hashable, Sendable {
    @usableFromInline struct Book: Hashable, Sendable {
        @usableFromInline var ids: TreeSet<Resource.ID> = []
        @usableFromInline var weight = 0

        @inlinable init() {}
    }

    @usableFromInline var resources: TreeDictionary<Resource.ID, Resource> = [:]
    @usableFromInline var books: TreeDictionary<Resource.Query, Book> = [:]

    /// Makes an empty table.
    @inlinable public init() {}

    /// A resource; the books are brought up to date after every change of it.
    @inlinable public subscript(id: Resource.ID) -> Resource? {
        get { resources[id] }
        _modify {
            let (questions, weight) = (resources[id]?.questions ?? [], resources[id]?.weight ?? 0)
            defer { file(id, was: questions, weighing: weight) }
            yield &resources[id]
        }
    }

    /// The ids, in no order.
    @inlinable public var keys: TreeDictionary<Resource.ID, Resource>.Keys { resources.keys }
    /// The resources, in no order.
    @inlinable public var values: TreeDictionary<Resource.ID, Resource>.Values { resources.values }
    /// How many there are.
    @inlinable public var count: Int { resources.count }
    /// Whether there are none.
    @inlinable public var isEmpty: Bool { resources.isEmpty }

    /// The resources that answer a question, by id.
    ///
    /// - Complexity: that of sorting the answer.
    @inlinable public func found(_ question: Resource.Query) -> [Resource] {
        (books[question]?.ids ?? []).sorted().compactMap { resources[$0] }
    }

    /// How many resources answer a question.
    @inlinable public func count(_ question: Resource.Query) -> Int { books[question]?.ids.count ?? 0 }

    /// What the resources that answer a question weigh together.
    @inlinable public func weight(_ question: Resource.Query) -> Int { books[question]?.weight ?? 0 }

    @inlinable mutating func file(_ id: Resource.ID, was questions: [Resource.Query], weighing weight: Int) {
        let now = resources[id]
        guard questions != now?.questions ?? [] || weight != now?.weight ?? 0 else { return }
        for question in questions {
            books[question]?.ids.remove(id)
            books[question]?.weight -= weight
            if books[question]?.ids.isEmpty == true { books[question] = nil }
        }
        for question in now?.questions ?? [] {
            books[question, default: Book()].ids.insert(id)
            books[question, default: Book()].weight += now?.weight ?? 0
        }
    }
}
