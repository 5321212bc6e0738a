public import HashTreeCollections
public import LabCore

/// A resource that a table keeps by its id, and may find by more than that.
public protocol Booked: Hashable, Sendable {
    /// What it is known by.
    associatedtype ID: Hashable & Comparable & Sendable
    /// What can be asked of all resources of the kind.
    associatedtype Query: Hashable & Sendable = Never

    /// What it is known by.
    var id: ID { get }
    /// The questions to which the resource is part of the answer.
    var questions: [Query] { get }
    /// What it counts for in sums: gibibytes of a volume, processors of an instance.
    var weight: Int { get }
}

extension Booked {
    /// Each counts for one.
    public var weight: Int { 1 }

    @inlinable mutating func changed<Answer, Failure>(
        by body: (inout Self) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try body(&self)
    }
}

/// Of what is found by its id alone nothing is asked.
extension Booked where Query == Never {
    /// None.
    public var questions: [Never] { [] }
}

/// The resources of one kind by id, with books that answer questions without a look at every one of them.
///
/// Each resource lies in a box, so that what the table shares with its copies is copied by the reference.
/// What it does is inlinable, to be specialised for the resources of each platform.
public struct Table<Resource: Booked>: Hashable, Sendable {
    @usableFromInline struct Book: Hashable, Sendable {
        @usableFromInline var ids: TreeSet<Resource.ID> = []
        @usableFromInline var weight = 0

        @inlinable init() {}

        @inlinable mutating func insert(_ id: Resource.ID, weight: Int) {
            ids.insert(id)
            self.weight += weight
        }

        @inlinable mutating func remove(_ id: Resource.ID, weight: Int) {
            ids.remove(id)
            self.weight -= weight
        }
    }

    /// A resource, and where the books have it.
    @usableFromInline struct Entry: Hashable, Sendable {
        @usableFromInline var resource: Resource?
        @usableFromInline var questions: [Resource.Query] = []
        @usableFromInline var weight = 0

        @inlinable init() {}

        @inlinable mutating func note(_ questions: [Resource.Query], _ weight: Int) {
            self.questions = questions
            self.weight = weight
        }
    }

    @usableFromInline var entries: TreeDictionary<Resource.ID, Boxed<Entry>> = [:]
    @usableFromInline var books: TreeDictionary<Resource.Query, Book> = [:]

    /// Makes an empty table.
    @inlinable public init() {}

    /// A resource; the books are brought up to date after every change of it.
    @inlinable public subscript(id: Resource.ID) -> Resource? {
        get { entries[id]?.wrappedValue.resource }
        _modify {
            defer { file(id) }
            // By the name of the box's content: a path of keys through a generic type is made anew each time.
            yield &entries[id, default: Boxed(Entry())].wrappedValue.resource
        }
    }

    /// Changes a resource where it lies, and brings the books up to date, also when the change throws.
    ///
    /// - Throws: what the change throws.
    /// - Returns: what the change answers; nothing when there is no such resource.
    @inlinable public mutating func change<Answer, Failure>(
        _ id: Resource.ID, _ body: (inout Resource) throws(Failure) -> Answer
    ) throws(Failure) -> Answer? {
        defer { file(id) }
        return try entries[id]?.wrappedValue.resource?.changed(by: body)
    }

    /// The ids, in no order.
    @inlinable public var keys: some Sequence<Resource.ID> { entries.keys }
    /// The resources, in no order.
    @inlinable public var values: some Sequence<Resource> {
        entries.values.lazy.compactMap { $0.wrappedValue.resource }
    }
    /// How many there are.
    @inlinable public var count: Int { entries.count }
    /// Whether there are none.
    @inlinable public var isEmpty: Bool { entries.isEmpty }

    /// Takes a resource out.
    ///
    /// - Returns: the resource; nothing when it was not there.
    @inlinable public mutating func remove(_ id: Resource.ID) -> Resource? {
        defer { self[id] = nil }
        return self[id]
    }

    /// The resources that answer a question, by id.
    ///
    /// - Complexity: that of sorting the answer.
    @inlinable public func found(_ question: Resource.Query) -> [Resource] {
        (books[question]?.ids ?? []).sorted().compactMap { self[$0] }
    }

    /// How many resources answer a question.
    @inlinable public func count(_ question: Resource.Query) -> Int { books[question]?.ids.count ?? 0 }

    /// What the resources that answer a question weigh together.
    @inlinable public func weight(_ question: Resource.Query) -> Int { books[question]?.weight ?? 0 }

    /// Brings the books up to date with a resource that was changed, made or taken away.
    @inlinable mutating func file(_ id: Resource.ID) {
        guard let entry = entries[id]?.wrappedValue else { return }
        if entry.resource == nil { entries[id] = nil }
        // A kind of which nothing is asked has no books.
        guard Resource.Query.self != Never.self else { return }
        let (questions, weight) = (entry.resource?.questions ?? [], entry.resource?.weight ?? 0)
        guard questions != entry.questions || weight != entry.weight else { return }
        for question in entry.questions {
            books[question]?.remove(id, weight: entry.weight)
            if books[question]?.ids.isEmpty == true { books[question] = nil }
        }
        for question in questions { books[question, default: Book()].insert(id, weight: weight) }
        entries[id]?.wrappedValue.note(questions, weight)
    }
}
