import LabCore

extension EC2Fault {
    static let notRunningOrStopped = EC2Fault(
        .invalidParameterValue, "Instance is not in state 'running' or 'stopped'", rule: "AWS-121")
    static func duplicateName(_ name: String, _ id: Image.ID) -> EC2Fault {
        EC2Fault("InvalidAMIName.Duplicate", "AMI name \(name) is already in use by AMI \(id)", rule: "AWS-124")
    }
    static func badImageName(_ name: String) -> EC2Fault {
        EC2Fault(
            "InvalidAMIName.Malformed",
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and "
                + "()[] ./-'@_ only, found '\(name)'", rule: "AWS-124")
    }
    static func noLongerAvailable(_ id: Image.ID) -> EC2Fault {
        EC2Fault("InvalidAMIID.Unavailable", "The image ID '\(id)' is no longer available", rule: "AWS-129")
    }
}
