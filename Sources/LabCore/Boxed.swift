/// Keeps a large value behind one reference, so that it is copied, and moved about in a table, as cheaply as a number.
///
/// It is still a value: a change of a copy does not show in the original. What is inside is reached by its own names,
/// one field at a time, without a copy of the rest. All members are inlinable, to be specialised where they are used.
@propertyWrapper
@dynamicMemberLookup
public struct Boxed<Value: Hashable & Sendable>: Hashable, Sendable {
    /// An array of one element is a box that copies on write.
    @usableFromInline var box: [Value]

    /// Puts a value into a box.
    @inlinable public init(_ value: Value) { box = [value] }
    /// Puts a value into a box.
    @inlinable public init(wrappedValue: Value) { box = [wrappedValue] }

    /// The value inside.
    @inlinable public var wrappedValue: Value {
        _read { yield box[0] }
        _modify { yield &box[0] }
    }

    /// Changes several parts with one way to the box, which counts where it lies in a table.
    @inlinable public mutating func change(_ body: (inout Value) -> Void) { body(&box[0]) }

    /// A part of the value that can be read.
    @inlinable public subscript<Part>(dynamicMember part: KeyPath<Value, Part>) -> Part {
        _read { yield box[0][keyPath: part] }
    }

    /// A part of the value that can be changed.
    @inlinable public subscript<Part>(dynamicMember part: WritableKeyPath<Value, Part>) -> Part {
        _read { yield box[0][keyPath: part] }
        _modify { yield &box[0][keyPath: part] }
    }
}
