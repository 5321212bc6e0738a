package import LabCore

extension FileSystem {
    /// When the next timer falls due: a commit, the write-back of an old page, or a checkpoint.
    package var nextDue: Instant? {
        guard !isFrozen else { return nil }
        let writeBackDue = cache.values.lazy.map(\.dirtiedAt).min().map { $0 + Self.writeBackAge }
        return [commitDue, checkpointDue, writeBackDue].lazy.compactMap { $0 }.min()
    }

    /// Whether something is due at ``clock``.
    var isDue: Bool { nextDue.map { $0 <= clock } ?? false }

    /// Does what is due at ``clock``.
    package mutating func runTimers(on drives: inout Drives) throws(FileSystemFault) {
        guard !isFrozen else { return }
        let old = cache.filter { $0.value.dirtiedAt + Self.writeBackAge <= clock }
        for number in old.keys.sorted() {
            do throws(FileSystemFault) {
                try writeBack(number, to: &drives)
            } catch {  // "This should not happen!! Data will be lost": ext4 gives such pages up, and so does this one.
                cache[number] = nil
                throw error
            }
        }
        if let commitDue, commitDue <= clock { commit(to: &drives) }
        if let checkpointDue, checkpointDue <= clock { checkpoint(to: &drives) }
    }

    /// Moves the guest's time and all timers on, when a memory goes on at another time than it was taken.
    package mutating func shift(by duration: Duration) {
        clock = clock + duration
        commitDue = commitDue.map { $0 + duration }
        checkpointDue = checkpointDue.map { $0 + duration }
        cache = cache.mapValues { file in
            var file = file
            file.dirtiedAt = file.dirtiedAt + duration
            return file
        }
    }
}
