public import HashTreeCollections

/// The snapshots of one machine as a forest, and the one that the machine's present state descends from.
///
/// Platforms that revert in place keep one for each machine; which rules it follows there, `SnapshotTree.swift` of each says.
/// What it does is inlinable, to be specialised for the snapshots of each platform.
public struct SnapshotForest<ID: Hashable & Sendable>: Hashable, Sendable {
    /// One place in the forest.
    public struct Node: Hashable, Sendable {
        /// Counts up for each machine and is never used again.
        public let number: Int
        /// The node above; nothing for a root.
        public var parent: ID?
        /// The nodes below, oldest first.
        public var children: [ID] = []

        @inlinable init(number: Int, parent: ID?) {
            self.number = number
            self.parent = parent
        }
    }

    @usableFromInline var places: TreeDictionary<ID, Node> = [:]
    @usableFromInline var tops: [ID] = []
    @usableFromInline var present: ID?
    @usableFromInline var lastNumber = 0

    /// All nodes.
    @inlinable public var nodes: TreeDictionary<ID, Node> { places }
    /// The nodes without a parent, oldest first.
    @inlinable public var roots: [ID] { tops }
    /// The node that the present state descends from; nothing when that node was removed and had no parent.
    @inlinable public var current: ID? { present }
    /// The number that the next node will have.
    @inlinable public var nextNumber: Int { lastNumber + 1 }

    /// Makes an empty forest.
    @inlinable public init() {}

    /// Whether there is no snapshot.
    @inlinable public var isEmpty: Bool { nodes.isEmpty }

    /// Whether the snapshots stand one on the other without branches.
    @inlinable public var isChain: Bool { roots.count <= 1 && nodes.values.allSatisfy { $0.children.count <= 1 } }

    /// The nodes from a root down to `id`.
    @inlinable public func path(to id: ID?) -> [ID] {
        var path: [ID] = []
        var next = id
        while let node = next {
            path.append(node)
            next = nodes[node]?.parent
        }
        return path.reversed()
    }

    /// `id` and everything below it, each after its parent.
    @inlinable public func subtree(of id: ID) -> [ID] {
        [id] + (nodes[id]?.children ?? []).flatMap { subtree(of: $0) }
    }

    /// All nodes, roots first, each followed by what is below it.
    @inlinable public var inOrder: [ID] { roots.flatMap { subtree(of: $0) } }

    /// Adds a node under the current one, or a further root, and makes it current.
    @inlinable public mutating func create(_ id: ID) {
        precondition(places[id] == nil, "\(id) is in the tree already")
        lastNumber += 1
        places[id] = Node(number: lastNumber, parent: present)
        attach(id, under: present)
        present = id
    }

    /// Makes any node current, whichever was, and leaves the tree as it is.
    @inlinable public mutating func revert(to id: ID) {
        precondition(places[id] != nil, "\(id) is not in the tree")
        present = id
    }

    /// Takes out a node, and with `children` everything below it; otherwise its children move up in its place.
    ///
    /// - Returns: the nodes that are gone.
    @discardableResult
    @inlinable public mutating func remove(_ id: ID, children: Bool = false) -> [ID] {
        guard let node = places[id] else { preconditionFailure("\(id) is not in the tree") }
        let gone = children ? subtree(of: id) : [id]
        let heirs = children ? [] : node.children
        replace(id, with: heirs, under: node.parent)
        for id in gone { places[id] = nil }
        if let present, gone.contains(present) { self.present = node.parent }
        return gone
    }

    /// Takes out every node.
    ///
    /// - Returns: the nodes that are gone.
    @inlinable public mutating func removeAll() -> [ID] {
        let gone = inOrder
        places = [:]
        tops = []
        present = nil
        return gone
    }

    /// Gives every node a new name and keeps numbers and shape, as a machine that is registered again does.
    @inlinable public mutating func rename(_ newName: (ID) -> ID) {
        var renamed: TreeDictionary<ID, Node> = [:]
        for (id, var node) in places {
            node.parent = node.parent.map(newName)
            node.children = node.children.map(newName)
            renamed[newName(id)] = node
        }
        places = renamed
        tops = tops.map(newName)
        present = present.map(newName)
    }

    @inlinable mutating func attach(_ id: ID, under parent: ID?) {
        if let parent { places[parent]?.children.append(id) } else { tops.append(id) }
    }

    @inlinable mutating func replace(_ id: ID, with heirs: [ID], under parent: ID?) {
        for heir in heirs { places[heir]?.parent = parent }
        if let parent, let place = places[parent]?.children.firstIndex(of: id) {
            places[parent]?.children.replaceSubrange(place...place, with: heirs)
        } else if let place = tops.firstIndex(of: id) {
            tops.replaceSubrange(place...place, with: heirs)
        }
    }
}
