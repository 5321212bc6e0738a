import Hypervisor
import LabCore

extension SimulatedMachine {
    /// Hands background jobs to the queue: each is a row that says it runs, and work that is done later.
    mutating func startJobs(_ count: Int) throws(DatabaseFault) {
        guard let tables else { throw .corrupt(session?.databaseTrouble ?? "there is no database") }
        let first = max(tables.nextKey(in: "jobs"), tables.nextKey(in: "artifacts"))
        let keys = first..<first + count
        try commit(keys.map { [.put(table: "jobs", key: $0, value: 1)] })
        for key in keys { session?.jobs.append(Session.Job(key: key, due: clock + Session.Job.pause)) }
    }

    /// Hands the transition of the data that follows a feature upgrade to the queue; users are back before it ends.
    ///
    /// Rule: GHES-011.
    mutating func startTransition() throws(DatabaseFault) {
        guard let tables else { throw .corrupt(session?.databaseTrouble ?? "there is no database") }
        let key = max(tables.nextKey(in: "jobs"), tables.nextKey(in: "artifacts"))
        try commit([[.put(table: "jobs", key: key, value: Self.transition)]])
        takeUpTransitions()
    }

    /// Runs the transitions that the queue holds; a service that starts takes them up again.
    mutating func takeUpTransitions() {
        let running = Set(session?.jobs.map(\.key) ?? [])
        for key in transitions where !running.contains(key) {
            let pause = Session.Job.transitionPause
            session?.jobs.append(Session.Job(key: key, due: clock + pause, pause: pause))
        }
    }

    /// The transitions of the data that have not ended.
    var transitions: [Int] { tables?.rows(of: "jobs").filter { $0.value == Self.transition }.map(\.key) ?? [] }

    /// The value of a transition's row; other jobs have 1.
    private static let transition: UInt64 = 2

    /// Does what the jobs have to do by now, one transaction each.
    mutating func runJobs() {
        guard let jobs = session?.jobs, jobs.contains(where: { $0.due <= clock }) else { return }
        var remaining: [Session.Job] = []
        for var job in jobs {
            guard job.due <= clock else {
                remaining.append(job)
                continue
            }
            job.due = clock + job.pause
            // A job whose work cannot be written tries again at its next turn.
            if (try? work(on: job)) != nil { job.done += 1 }
            if job.done <= Session.Job.transactions { remaining.append(job) }
        }
        session?.jobs = remaining
        // Maintenance that meets the last job's end leaves the disks at rest. Rule: GHES-006.
        if remaining.isEmpty, isInMaintenance { comeToRest() }
    }

    /// One transaction of a job; the last one stores its artifact and takes the row away that says it runs.
    private mutating func work(on job: Session.Job) throws(DatabaseFault) {
        guard job.done == Session.Job.transactions else {
            let key = job.key * Session.Job.transactions + job.done
            return try commit([[.put(table: "work", key: key, value: UInt64(key))]])
        }
        try commit([
            [.remove(table: "jobs", key: job.key), .put(table: "artifacts", key: job.key, value: 1)]
        ])
        storeArtifact(job.key)
    }

    /// Stores the artifact of a finished job, in the object storage outside or in a file that goes with the disk.
    ///
    /// Rule: CCI-005, CCI-006.
    private mutating func storeArtifact(_ key: Int) {
        if spec.layout.remoteObjects {
            outside.objects.removeAll { $0 == key }
            outside.objects.append(key)
            outside.objects.sort()
            return
        }
        let path = "\(GuestPath.objects)/\(key)"
        // On a full disk the artifact is missing, and its record dangles.
        try? storage.on(dataRole) { fileSystem, drives throws(FileSystemFault) in
            let file = try fileSystem.write(Array("artifact \(key)".utf8), to: path, in: &drives)
            try fileSystem.fsync(file, to: &drives)
        }
    }

    /// Jobs whose rows say that they run although nobody runs them: a snapshot or a power cut came before their end.
    ///
    /// Rule: CCI-013, GHES-001.
    var stuckJobs: [Int] {
        let running = Set(session?.jobs.map(\.key) ?? [])
        let rows = tables?.rows(of: "jobs").filter { $0.value != Self.transition } ?? []
        return rows.map(\.key).filter { !running.contains($0) }
    }

    /// Records whose object is missing, and objects whose record is.
    ///
    /// Rule: CCI-005.
    var danglingLinks: Int {
        let records = Set(tables?.rows(of: "artifacts").map(\.key) ?? [])
        let files = try? storage.reading(dataRole) { fileSystem, drives throws(FileSystemFault) in  // Unreadable: none.
            try fileSystem.names(in: GuestPath.objects, of: drives).compactMap(Int.init)
        }
        let objects = Set(spec.layout.remoteObjects ? outside.objects : files ?? [])
        return records.symmetricDifference(objects).count
    }
}
