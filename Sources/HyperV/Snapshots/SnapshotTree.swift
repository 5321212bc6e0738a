package import HashTreeCollections

/// The checkpoints of one machine as a forest, and the one that the machine's present state descends from.
package struct SnapshotTree: Hashable, Sendable {
    /// The name of a node.
    package typealias ID = Checkpoint.ID

    /// One place in the forest.
    package struct Node: Hashable, Sendable {
        /// The node above; nothing for a root.
        package fileprivate(set) var parent: ID?
        /// The nodes below, oldest first.
        package fileprivate(set) var children: [ID] = []
    }

    /// All nodes.
    package private(set) var nodes: TreeDictionary<ID, Node> = [:]
    /// The nodes without a parent, oldest first.
    package private(set) var roots: [ID] = []
    /// The node that the present state descends from, under which the next checkpoint will hang.
    ///
    /// Rule: HV-058.
    package private(set) var current: ID?

    /// Makes an empty forest.
    package init() {}

    /// Whether there is no checkpoint.
    package var isEmpty: Bool { nodes.isEmpty }

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
    ///
    /// Rule: HV-001.
    package mutating func create(_ id: ID) {
        precondition(nodes[id] == nil, "\(id) is in the tree already")
        nodes[id] = Node(parent: current)
        if let current { nodes[current]?.children.append(id) } else { roots.append(id) }
        current = id
    }

    /// Makes any node current, and leaves the tree as it is.
    ///
    /// Rule: HV-067.
    package mutating func revert(to id: ID) {
        precondition(nodes[id] != nil, "\(id) is not in the tree")
        current = id
    }

    /// Takes out one node; what hangs under it moves up in its place, and so does the present state.
    ///
    /// Rules: HV-092 and HV-104.
    package mutating func remove(_ id: ID) {
        guard let node = nodes[id] else { preconditionFailure("\(id) is not in the tree") }
        for heir in node.children { nodes[heir]?.parent = node.parent }
        if let parent = node.parent, let place = nodes[parent]?.children.firstIndex(of: id) {
            nodes[parent]?.children.replaceSubrange(place...place, with: node.children)
        } else if let place = roots.firstIndex(of: id) {
            roots.replaceSubrange(place...place, with: node.children)
        }
        nodes[id] = nil
        if current == id { current = node.parent }
    }
}
