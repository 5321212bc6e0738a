import LabCore

extension EC2Fault {
    static func cannotStart(_ id: Instance.ID) -> EC2Fault {
        EC2Fault(
            .incorrectInstanceState, "The instance '\(id)' is not in a state from which it can be started.",
            rule: "AWS-097")
    }
    static func cannotStop(_ id: Instance.ID) -> EC2Fault {
        EC2Fault(
            .incorrectInstanceState, "This instance '\(id)' is not in a state from which it can be stopped.",
            rule: "AWS-098")
    }
    static func cannotReboot(_ id: Instance.ID) -> EC2Fault {
        EC2Fault(
            .incorrectInstanceState, "The instance '\(id)' is not in a state from which it can be rebooted.",
            rule: "AWS-102")
    }
    static func notBackedByEBS(_ id: Instance.ID, verb: String) -> EC2Fault {
        EC2Fault(
            "UnsupportedOperation",
            "The instance '\(id)' does not have an 'ebs' root device type and cannot be \(verb).", rule: "AWS-096")
    }
    static func noRoot(_ id: Instance.ID, _ device: String) -> EC2Fault {
        EC2Fault(
            .invalidParameterValue,
            "Invalid value '\(id)' for instanceId. Instance does not have a volume attached at root (\(device))",
            rule: "AWS-099")
    }
    static func terminationProtected(_ id: Instance.ID) -> EC2Fault {
        EC2Fault(
            .operationNotPermitted,
            "The instance '\(id)' may not be terminated. Modify its 'disableApiTermination' instance attribute "
                + "and try again.", rule: "AWS-112")
    }
    static func stopProtected(_ id: Instance.ID, against verb: String) -> EC2Fault {
        EC2Fault(
            .operationNotPermitted,
            "The instance '\(id)' may not be \(verb). Modify its 'disableApiStop' instance attribute and try again.",
            rule: "AWS-113")
    }
    static func notStopped(_ id: Instance.ID) -> EC2Fault {
        EC2Fault(.incorrectInstanceState, "The instance '\(id)' is not in the 'stopped' state.", rule: "AWS-105")
    }
    static func badMapping(_ message: String) -> EC2Fault {
        EC2Fault("InvalidBlockDeviceMapping", message, rule: "AWS-116")
    }
}
