import HashTreeCollections
import LabCore
import SimulatedMachine

extension AzureCompute {
    /// PublicIPAddresses_CreateOrUpdate.
    ///
    /// Rule: AZ-126.
    package mutating func createPublicAddress(
        _ id: ResourceID, location: String, isStandard: Bool = false, isStatic: Bool = false
    ) throws(AzureFault) -> Operation {
        try call(.createPublicAddress, on: id) { plane throws(AzureFault) in
            let existing = plane.publicIPAddresses[id]
            try plane.checkPlacement(id, location: location, tags: [:], existing: existing?.location)
            try plane.checkIdle(existing?.operation)
            guard isStatic || !isStandard else {
                throw AzureFault(
                    .badRequest, "Standard sku publicIp \(id) must have AllocationMethod set to Static.",
                    rule: "AZ-126")
            }
            if existing == nil {
                plane.publicIPAddresses[id] = PublicIPAddress(
                    id: id, location: location, isStatic: isStatic,
                    address: isStatic ? plane.world.names.address(under: "20.83") : nil)
                plane.enroll(id)
            }
            let operation = plane.accept(
                .createPublicAddress, on: id, .settleNetwork(id), lasting: plane.settings.timings.network,
                status: existing == nil ? 201 : 200)
            plane.publicIPAddresses[id]?.operation = operation.id
            return operation
        }
    }

    /// NetworkInterfaces_CreateOrUpdate.
    package mutating func createNetworkInterface(
        _ id: ResourceID, location: String, publicAddress: ResourceID? = nil
    ) throws(AzureFault) -> Operation {
        try call(.createNetworkInterface, on: id) { plane throws(AzureFault) in
            let existing = plane.networkInterfaces[id]
            try plane.checkPlacement(id, location: location, tags: [:], existing: existing?.location)
            try plane.checkIdle(existing?.operation)
            if let address = publicAddress, plane.publicIPAddresses[address] == nil { throw plane.missing(address) }
            var interface =
                existing
                ?? NetworkInterface(
                    id: id, location: location, privateAddress: plane.world.names.address(under: "10.0"),
                    hardwareAddress: plane.world.names.hardwareAddress(under: "00:0d:3a"))
            interface.publicAddress = publicAddress
            plane.networkInterfaces[id] = interface
            if existing == nil { plane.enroll(id) }
            let operation = plane.accept(
                .createNetworkInterface, on: id, .settleNetwork(id), lasting: plane.settings.timings.network,
                status: existing == nil ? 201 : 200)
            plane.networkInterfaces[id]?.operation = operation.id
            return operation
        }
    }

    /// NetworkInterfaces_Delete.
    package mutating func deleteNetworkInterface(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deleteNetworkInterface, on: id) { plane throws(AzureFault) in
            guard let interface = plane.networkInterfaces[id] else {
                return plane.acceptDone(.deleteNetworkInterface, on: id, status: 204)
            }
            try plane.checkIdle(interface.operation)
            if let machine = interface.machine {
                throw AzureFault(
                    plane.settings.inferred.interfaceInUse,
                    "Network Interface \(id.name) is used by existing resource \(machine). In order to delete the network "
                        + "interface, it must be dissociated from the resource.", rule: "AZ-127")
            }
            return plane.accept(
                .deleteNetworkInterface, on: id, .deleteNetwork(id), lasting: plane.settings.timings.network)
        }
    }

    /// PublicIPAddresses_Delete.
    package mutating func deletePublicAddress(_ id: ResourceID) throws(AzureFault) -> Operation {
        try call(.deletePublicAddress, on: id) { plane throws(AzureFault) in
            guard let address = plane.publicIPAddresses[id] else {
                return plane.acceptDone(.deletePublicAddress, on: id, status: 204)
            }
            try plane.checkIdle(address.operation)
            let user = (plane.members[id.group.lowercased()] ?? []).first {
                plane.networkInterfaces[$0]?.publicAddress == id
            }
            if let user {
                throw AzureFault(
                    "PublicIPAddressCannotBeDeleted",
                    "Public IP address \(id) can not be deleted since it is still allocated to resource \(user).")
            }
            return plane.accept(
                .deletePublicAddress, on: id, .deleteNetwork(id), lasting: plane.settings.timings.network)
        }
    }

    /// A write meets another one.
    ///
    /// Rule: AZ-128.
    private func checkIdle(_ operation: Operation.ID?) throws(AzureFault) {
        guard let operation, operations[operation]?.isOver == false else { return }
        throw AzureFault(
            "AnotherOperationInProgress",
            "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: "
                + "\(operation).", status: 409, rule: "AZ-128")
    }

    mutating func settleNetwork(_ id: ResourceID) {
        publicIPAddresses[id]?.operation = nil
        networkInterfaces[id]?.operation = nil
    }

    mutating func removeNetwork(_ id: ResourceID) {
        guard exists(id) else { return }
        publicIPAddresses[id] = nil
        networkInterfaces[id] = nil
        strikeOff(id)
    }

    /// An interface has one machine at most.
    ///
    /// Rule: AZ-127.
    func checkInterfaces(_ interfaces: [InterfaceReference], of machine: ResourceID) throws(AzureFault) {
        for reference in interfaces {
            guard let interface = networkInterfaces[reference.interface] else { throw missing(reference.interface) }
            guard let user = interface.machine, user != machine else { continue }
            throw AzureFault(
                "NicInUse",
                "Network Interface \(reference.interface.name) is used by existing resource \(user).", rule: "AZ-127")
        }
    }

    /// A machine that has a host has an address; a dynamic one is another each time.
    ///
    /// Rule: AZ-126.
    mutating func lendAddresses(to machine: ResourceID) {
        for reference in virtualMachines[machine]?.interfaces ?? [] {
            guard let id = networkInterfaces[reference.interface]?.publicAddress, publicIPAddresses[id]?.address == nil
            else { continue }
            publicIPAddresses[id]?.address = world.names.address(under: "20.42")
        }
    }

    /// Rule: AZ-126.
    mutating func returnAddresses(of machine: ResourceID) {
        for reference in virtualMachines[machine]?.interfaces ?? [] {
            guard let id = networkInterfaces[reference.interface]?.publicAddress,
                publicIPAddresses[id]?.isStatic == false
            else { continue }
            publicIPAddresses[id]?.address = nil
        }
    }
}
