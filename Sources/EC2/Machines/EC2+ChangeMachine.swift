import HashTreeCollections
import LabCore
import SimulatedMachine

/// An attribute of an instance and its new value.
package enum InstanceAttribute: Hashable, Sendable {
    case type(String)
    case userData(String)
    case isEBSOptimized(Bool)
    case disableAPITermination(Bool)
    case disableAPIStop(Bool)
    /// Whether the volume at a device goes with the instance; without a value it does.
    ///
    /// Rule: AWS-107.
    case deleteOnTermination(device: String, Bool?)

    /// Whether it can be changed of a stopped instance only.
    ///
    /// Rule: AWS-105.
    package var needsStop: Bool {
        switch self {
        case .type, .userData, .isEBSOptimized: true
        case .disableAPITermination, .disableAPIStop, .deleteOnTermination: false
        }
    }
}

extension EC2 {
    /// Changes one attribute of an instance.
    ///
    /// Rule: AWS-106.
    package mutating func modifyInstanceAttribute(
        of id: Instance.ID, _ attributes: [InstanceAttribute], dryRun: Bool = false
    ) throws(EC2Fault) {
        try call("ModifyInstanceAttribute", on: id.rawValue) { ec2 throws(EC2Fault) in
            guard attributes.count == 1, let attribute = attributes.first else {
                throw EC2Fault(
                    .invalidParameterCombination, "Fields for multiple attribute types specified",
                    rule: "AWS-106")
            }
            try ec2.endDryRun(dryRun)
            let instance = try ec2.instance(id)
            guard !attribute.needsStop || instance.state == .stopped else { throw .notStopped(id) }
            try ec2.set(attribute, of: instance)
        }
    }

    private mutating func set(_ attribute: InstanceAttribute, of instance: Instance) throws(EC2Fault) {
        var changed = instance
        switch attribute {
        case .type(let name): changed.type = try InstanceType(named: name)
        case .userData(let data):
            guard data.utf8.count <= 16_384 else {
                throw EC2Fault(
                    .invalidParameterValue, "User data is limited to 16384 bytes", rule: "AWS-118")
            }
            changed.userData = data
        case .isEBSOptimized(let value): changed.isEBSOptimized = value
        case .disableAPITermination(let value): changed.disableAPITermination = value
        case .disableAPIStop(let value): changed.disableAPIStop = value
        case .deleteOnTermination(let device, let value):
            guard let volume = instance.devices[device] else {
                throw EC2Fault(
                    settings.inferred.unmappedDevice, "No device is currently mapped at \(device)",
                    rule: "AWS-107")
            }
            volumes[volume]?.attachment?.deleteOnTermination = value ?? true
        }
        instances[instance.id] = changed
    }
}
