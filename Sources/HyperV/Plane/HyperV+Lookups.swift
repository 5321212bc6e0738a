import HashTreeCollections
package import LabCore

extension HyperV {
    /// Makes a GUID for a new resource.
    mutating func makeID<Resource>(_: Resource.Type) -> ResourceID<Resource> {
        ResourceID(world.names.guid())
    }

    /// Finds a machine by its GUID.
    ///
    /// `Get-VM -Id`.
    package func machine(_ id: VirtualMachine.ID) throws(HyperVFault) -> Boxed<VirtualMachine> {
        guard let machine = machines[id] else { throw .noMachine(id.rawValue) }
        return machine
    }

    /// Finds machines by name, in the order of their GUIDs; wildcards may match none.
    ///
    /// `Get-VM -Name`. Names are not unique: every match counts. Rule: HV-005.
    package func machines(named name: String) throws(HyperVFault) -> [VirtualMachine.ID] {
        let found = machines.values.filter { Wildcard(name).matches($0.config.name) }.map(\.id).sorted()
        if !settings.inferred.namesActOnEveryMatch, found.count > 1, !Wildcard(name).isPattern {
            throw HyperVFault(.invalidParameter, "There are several virtual machines with name \"\(name)\".")
        }
        guard found.isEmpty, !Wildcard(name).isPattern else { return found }
        throw HyperVFault(
            .invalidParameter, "Hyper-V was unable to find a virtual machine with name \"\(name)\".")
    }

    /// Runs a verb for every machine that is named; one failure does not stop the others.
    ///
    /// Rule: HV-038.
    package mutating func forEach(
        named names: [String], _ body: (inout HyperV, VirtualMachine.ID) throws(HyperVFault) -> Void
    ) -> [(target: String, fault: HyperVFault?)] {
        var results: [(target: String, fault: HyperVFault?)] = []
        for name in names {
            do throws(HyperVFault) {
                for id in try machines(named: name) {
                    do throws(HyperVFault) {
                        try body(&self, id)
                        results.append((id.rawValue, nil))
                    } catch {
                        results.append((id.rawValue, error))
                        if !settings.inferred.failuresAreNonTerminating { return results }
                    }
                }
            } catch {
                results.append((name, error))
                if !settings.inferred.failuresAreNonTerminating { return results }
            }
        }
        return results
    }

    /// Finds a checkpoint by its GUID.
    ///
    /// `Get-VMSnapshot -Id`. Rule: HV-055.
    package func checkpoint(_ id: Checkpoint.ID) throws(HyperVFault) -> Boxed<Checkpoint> {
        guard let checkpoint = checkpoints[id] else { throw .noCheckpoint(id.rawValue) }
        return checkpoint
    }

    /// Finds a job, unless it ended too long ago.
    ///
    /// Rule: HV-173.
    package func job(_ id: Job.ID) throws(HyperVFault) -> Boxed<Job> {
        guard let job = jobs[id] else {
            throw HyperVFault(.objectNotFound, "The job \(id) was not found.", rule: "HV-173")
        }
        return job
    }

    /// Finds a virtual disk by its path.
    func file(_ path: FilePath) throws(HyperVFault) -> VirtualHardDisk {
        guard let file = files[path] else {
            throw HyperVFault(
                .operationFailed, "The system cannot find the file '\(path)'.", hresult: HResult.fileNotFound)
        }
        return file.wrappedValue
    }
}

/// A name in which `*` stands for any text and `?` for any character.
struct Wildcard: Hashable, Sendable {
    let pattern: String

    init(_ pattern: String) { self.pattern = pattern }

    /// Whether it can match more than one name.
    var isPattern: Bool { pattern.contains { $0 == "*" || $0 == "?" } }

    /// Whether it matches `name`, whatever the case of the letters.
    func matches(_ name: String) -> Bool {
        Self.matches(Array(pattern.lowercased())[...], Array(name.lowercased())[...])
    }

    private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return matches(pattern.dropFirst(), name) || !name.isEmpty && matches(pattern, name.dropFirst())
        }
        return !name.isEmpty && (first == "?" || first == name.first) && matches(pattern.dropFirst(), name.dropFirst())
    }
}
