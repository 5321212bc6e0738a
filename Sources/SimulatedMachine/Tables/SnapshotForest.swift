package import HashTreeCollections

/// The snapshots of one machine as a forest, and the one that the machine's present state descends from.
///
/// Platforms that revert in place keep one for each machine; which rules it follows there, `SnapshotTree.swift` of each says.
package struct SnapshotForest<ID: Hashable & Sendable>: Hashable, Sendable {
    /// One place in the forest.
    package struct Node: Hashable, Sendable {
        /// Counts up for each machine and is never used again.
        package let number: Int
        /// The node above; nothing for a root.
        package fileprivate(set) var parent: ID?
        /// The nodes below, oldest first.
        package fileprivate(set) var children: [ID] = []
    }

    /// All nodes.
    package private(set) var nodes: TreeDictionary<ID, Node> = [:]
    /// The nodes without a parent, oldest first.
    package private(set) var roots: [ID] = []
    /// The node that the present state descends from; nothing when that node was removed and had no parent.
    package private(set) var current: ID?
    private var lastNumber = 0
    /// The number that the next node will have.
    package var nextNumber: Int { lastNumber + 1 }

    /// Makes an empty forest.
    package init() {}

    /// Whether there is no snapshot.
    package var isEmpty: Bool { nodes.isEmpty }

    /// Whether the snapshots stand one on the other without branches.
    package var isChain: Bool { roots.count <= 1 && nodes.values.allSatisfy { $0.children.count <= 1 } }

    /// The nodes from a root down to `id`.
    package func path(to id: ID?) -> [ID] {
        var path: [ID] = []
        var next = id
        while let node = next {
            path.append(node)
            next = nodes[node]?.parent
        }
        return path.reversed()
    }

    /// `id` and everything below it, each after its parent.
    package func subtree(of id: ID) -> [ID] {
        [id] + (nodes[id]?.children ?? []).flatMap { subtree(of: $0) }
    }

    /// All nodes, roots first, each followed by what is below it.
    package var inOrder: [ID] { roots.flatMap { subtree(of: $0) } }

    /// Adds a node under the current one, or a further root, and makes it current.
    package mutating func create(_ id: ID) {
        precondition(nodes[id] == nil, "\(id) is in the tree already")
        lastNumber += 1
        nodes[id] = Node(number: lastNumber, parent: current)
        attach(id, under: current)
        current = id
    }

    /// Makes any node current, whichever was, and leaves the tree as it is.
    package mutating func revert(to id: ID) {
        precondition(nodes[id] != nil, "\(id) is not in the tree")
        current = id
    }

    /// Takes out a node, and with `children` everything below it; otherwise its children move up in its place.
    ///
    /// - Returns: the nodes that are gone.
    @discardableResult
    package mutating func remove(_ id: ID, children: Bool = false) -> [ID] {
        guard let node = nodes[id] else { preconditionFailure("\(id) is not in the tree") }
        let gone = children ? subtree(of: id) : [id]
        let heirs = children ? [] : node.children
        replace(id, with: heirs, under: node.parent)
        for id in gone { nodes[id] = nil }
        if let current, gone.contains(current) { self.current = node.parent }
        return gone
    }

    /// Takes out every node.
    ///
    /// - Returns: the nodes that are gone.
    package mutating func removeAll() -> [ID] {
        let gone = inOrder
        nodes = [:]
        roots = []
        current = nil
        return gone
    }

    /// Gives every node a new name and keeps numbers and shape, as a machine that is registered again does.
    package mutating func rename(_ newName: (ID) -> ID) {
        var renamed: TreeDictionary<ID, Node> = [:]
        for (id, var node) in nodes {
            node.parent = node.parent.map(newName)
            node.children = node.children.map(newName)
            renamed[newName(id)] = node
        }
        nodes = renamed
        roots = roots.map(newName)
        current = current.map(newName)
    }

    private mutating func attach(_ id: ID, under parent: ID?) {
        if let parent { nodes[parent]?.children.append(id) } else { roots.append(id) }
    }

    private mutating func replace(_ id: ID, with heirs: [ID], under parent: ID?) {
        for heir in heirs { nodes[heir]?.parent = parent }
        if let parent, let place = nodes[parent]?.children.firstIndex(of: id) {
            nodes[parent]?.children.replaceSubrange(place...place, with: heirs)
        } else if let place = roots.firstIndex(of: id) {
            roots.replaceSubrange(place...place, with: heirs)
        }
    }
}
