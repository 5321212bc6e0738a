import HashTreeCollections
import LabCore

/// What instances.bulkInsert is asked for.
package struct BulkInsert: Hashable, Sendable {
    /// A name with number signs for the digits of a count, as `web-##`.
    package var namePattern: String
    /// How many instances.
    package var count: Int
    /// What each of them is; its name is not looked at.
    package var template: InsertInstance

    package init(namePattern: String, count: Int, template: InsertInstance) {
        self.namePattern = namePattern
        self.count = count
        self.template = template
    }

    /// The name of the instance with this number, from 1.
    func name(_ number: Int) -> String {
        let digits = String(number)
        let places = namePattern.count { $0 == "#" }
        let padded = String(repeating: "0", count: max(0, places - digits.count)) + digits
        guard let first = namePattern.firstIndex(of: "#"), let last = namePattern.lastIndex(of: "#") else {
            return namePattern + padded
        }
        return namePattern[..<first] + padded + namePattern[namePattern.index(after: last)...]
    }
}

extension ComputeEngine {
    /// instances.bulkInsert: all of them or none.
    package mutating func bulkInsertInstances(
        _ request: BulkInsert, zone: String, requestID: String? = nil
    ) throws(ComputeFault) -> Operation {
        let call = Request.bulkInsert(request, zone: zone)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            try plane.checkSources(of: request)
            guard request.count >= 1 else {
                throw .invalid("resource.count", String(request.count), "Must be positive.")
            }
            var trial = plane
            var longest = Duration.zero
            for number in 1...request.count {
                var instance = request.template
                instance.name = request.name(number)
                let made = try trial.insert(instance, zone: zone, .insertInstance(instance, zone: zone))
                longest = max(longest, made.duration ?? .zero)
            }
            plane = trial
            let scope = try plane.zoneScope(zone)
            let path = plane.path(.instances, scope, request.namePattern)
            return plane.accept(call, in: scope, on: path, id: 0, .nothing, lasting: longest)
        }
    }

    /// Many at a time do not boot from a snapshot; an image has to be made of it first.
    ///
    /// Rule: GCE-099.
    private func checkSources(of request: BulkInsert) throws(ComputeFault) {
        for disk in request.template.disks {
            guard case .initialize(_, let parameters, let attach) = disk, attach.boot,
                let snapshot = parameters.sourceSnapshot
            else { continue }
            throw .invalid(
                "resource.instanceProperties.disks[0].initializeParams.sourceSnapshot", snapshot,
                "Boot disks cannot be made from snapshots here.", rule: "GCE-099")
        }
    }
}
