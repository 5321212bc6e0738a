package import Hypervisor

/// A value that can differ from platform to platform.
package struct PerPlatform<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The values of single platforms.
    package var values: [Platform: Value]
    /// The value of all others.
    package var otherwise: Value?

    /// The same value on all platforms.
    package init(_ value: Value) { self.init(values: [:], otherwise: value) }

    package init(values: [Platform: Value], otherwise: Value?) {
        self.values = values
        self.otherwise = otherwise
    }

    /// The value on `platform`, where there is one.
    package subscript(platform: Platform) -> Value? { values[platform] ?? otherwise }

    /// All values, in the order of the platforms' names, with the common one last.
    package var all: [Value] { values.sorted { $0.key < $1.key }.map(\.value) + (otherwise.map { [$0] } ?? []) }
}
