import HashTreeCollections
import LabCore
import SimulatedMachine

extension ComputeEngine {
    /// addresses.insert: reserves an external address in the region.
    package mutating func insertAddress(_ name: String, requestID: String? = nil) throws(ComputeFault) -> Operation {
        let call = Request.insertAddress(name: name)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let scope = Scope.region(plane.settings.region)
            let path = try plane.newPath(.addresses, scope, name)
            let address = ReservedAddress(
                id: .init(rawValue: plane.makeNumber()), path: path, created: plane.now,
                address: plane.world.names.address(under: "35.202"))
            plane.addresses[address.id] = address
            plane.names[path] = address.id.rawValue
            return plane.accept(
                call, in: scope, on: path, id: address.id.rawValue, .nothing, lasting: plane.settings.timings.books)
        }
    }

    /// addresses.delete; one that is used cannot be given back.
    package mutating func deleteAddress(_ name: String, requestID: String? = nil) throws(ComputeFault) -> Operation {
        let call = Request.deleteAddress(name)
        return try self.call(call, requestID: requestID) { plane throws(ComputeFault) in
            let scope = Scope.region(plane.settings.region)
            let id: ReservedAddress.ID = try plane.find(name, in: scope) { plane.addresses[$0] != nil }
            guard let address = plane.addresses[id] else { throw .notFound(name) }
            if let user = address.user.flatMap({ plane.instances[$0] }) {
                throw ComputeFault(
                    .resourceInUse, "The address resource '\(address.path)' is already being used by '\(user.path)'")
            }
            plane.addresses[id] = nil
            plane.free(address.path, id.rawValue)
            return plane.acceptDone(call, in: scope, on: address.path, id: id.rawValue)
        }
    }

    /// The reserved address of this name.
    func address(_ name: String) -> ReservedAddress? {
        names[path(.addresses, .region(settings.region), name)].flatMap { addresses[.init(rawValue: $0)] }
    }
}
