package import Hypervisor

/// Builds guests from distribution packages, without root, and keeps them in a folder.
package struct GuestImages: Sendable {
    /// The absolute path of the folder.
    package let folder: String

    /// Makes a builder that keeps what it builds in `folder`, an absolute path.
    package init(folder: String) { self.folder = folder }

    /// The guest of a kind, built now if there is none for today's recipe, QEMU and processor.
    ///
    /// - Parameter progress: is told, line by line, what is being built; nothing when the guest is there already.
    package func prepare(
        _ kind: GuestKind, progress: @Sendable (String) -> Void = { _ in }
    ) async throws(Refusal) -> GuestImage {
        throw Refusal(.lab, code: "GuestNotBuilt", message: "no recipe for this guest")
    }
}
