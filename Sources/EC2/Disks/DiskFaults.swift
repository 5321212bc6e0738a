import LabCore

extension EC2Fault {
    static func badShape(_ message: String, _ rule: RuleID) -> EC2Fault {
        EC2Fault(.invalidParameterValue, message, rule: rule)
    }
    static func notAvailable(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(.incorrectState, "\(id) is not 'available'.", rule: "AWS-071")
    }
    static func alreadyAttached(_ id: Volume.ID) -> EC2Fault {
        EC2Fault("VolumeInUse", "\(id) is already attached to an instance", rule: "AWS-072")
    }
    static func attachedTo(_ id: Volume.ID, _ instance: Instance.ID) -> EC2Fault {
        EC2Fault("VolumeInUse", "Volume \(id) is currently attached to \(instance)", rule: "AWS-085")
    }
    static func otherZone(_ id: Volume.ID, _ instance: Instance.ID) -> EC2Fault {
        EC2Fault(
            "InvalidVolume.ZoneMismatch",
            "The volume '\(id)' is not in the same availability zone as instance '\(instance)'", rule: "AWS-070")
    }
    static func badDevice(_ device: String) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue,
            "Value (\(device)) for parameter device is invalid. \(device) is not a valid EBS device name.",
            rule: "AWS-075")
    }
    static func deviceInUse(_ device: String) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue,
            "Invalid value '\(device)' for unixDevice. Attachment point \(device) is already in use", rule: "AWS-074")
    }
    static func notAttached(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(.incorrectState, "Volume '\(id)' is in the 'available' state.", rule: "AWS-081")
    }
    static func attachedElsewhere(_ id: Volume.ID) -> EC2Fault {
        EC2Fault(
            "InvalidAttachment.NotFound", "The volume '\(id)' is not attached as it was said to be.", rule: "AWS-081")
    }
    static let inconsistentReplay = EC2Fault(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
        rule: "AWS-069")
}
