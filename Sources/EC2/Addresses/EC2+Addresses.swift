import HashTreeCollections
import LabCore
import SimulatedMachine

extension EC2 {
    /// AllocateAddress.
    package mutating func allocateAddress(tags: [ResourceTag] = []) throws(EC2Fault) -> ElasticAddress {
        try call("AllocateAddress", on: "address", answer: { $0.id.rawValue }) { ec2 throws(EC2Fault) in
            try ec2.checkTags(tags)
            guard ec2.addresses.count < ec2.settings.quotas.addresses else {
                throw EC2Fault("AddressLimitExceeded", "The maximum number of addresses has been reached.")
            }
            let address = ElasticAddress(
                id: ec2.makeID(ElasticAddress.self), publicAddress: ec2.world.names.address(under: "52.20"))
            ec2.addresses[address.id] = address
            ec2.setTags(tags, of: address.id.rawValue)
            return address
        }
    }

    /// AssociateAddress: the instance loses the public address it had; an address that is in use elsewhere moves.
    package mutating func associateAddress(_ id: ElasticAddress.ID, with target: Instance.ID)
        throws(EC2Fault)
    {
        try call("AssociateAddress", on: id.rawValue, answer: { _ in target.rawValue }) {
            ec2 throws(EC2Fault) in
            let address = try ec2.address(id)
            let instance = try ec2.instance(target)
            guard instance.state == .running || instance.state == .stopped else {
                throw EC2Fault(
                    "InvalidInstanceID",
                    "The instance '\(target)' is not in a valid state for this operation.")
            }
            if let holder = address.instance { ec2.dissociate(id, from: holder) }
            if let other = instance.elasticAddress { ec2.dissociate(other, from: target) }
            ec2.addresses[id]?.instance = target
            ec2.instances[target]?.elasticAddress = id
            ec2.instances[target]?.publicAddress = address.publicAddress
        }
    }

    /// DisassociateAddress: a running instance is left without a public address.
    package mutating func disassociateAddress(_ id: ElasticAddress.ID) throws(EC2Fault) {
        try call("DisassociateAddress", on: id.rawValue) { ec2 throws(EC2Fault) in
            guard let holder = try ec2.address(id).instance else {
                throw EC2Fault(
                    "InvalidAssociationID.NotFound", "The association of '\(id)' does not exist.")
            }
            ec2.dissociate(id, from: holder)
        }
    }

    /// ReleaseAddress; one that is associated has to be disassociated first.
    package mutating func releaseAddress(_ id: ElasticAddress.ID) throws(EC2Fault) {
        try call("ReleaseAddress", on: id.rawValue) { ec2 throws(EC2Fault) in
            guard try ec2.address(id).instance == nil else {
                throw EC2Fault("InvalidIPAddress.InUse", "The address '\(id)' is in use.")
            }
            ec2.addresses[id] = nil
            ec2.tagSets[id.rawValue] = nil
        }
    }

    func address(_ id: ElasticAddress.ID) throws(EC2Fault) -> ElasticAddress {
        guard let address = addresses[id] else {
            throw EC2Fault("InvalidAllocationID.NotFound", "The allocation ID '\(id)' does not exist")
        }
        return address
    }

    mutating func dissociate(_ id: ElasticAddress.ID, from holder: Instance.ID) {
        addresses[id]?.instance = nil
        instances[holder]?.elasticAddress = nil
        instances[holder]?.publicAddress = nil
    }
}
