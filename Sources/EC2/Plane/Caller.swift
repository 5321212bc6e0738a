import LabCore

/// Who signs the calls, and by which clock.
package struct Caller: Hashable, Sendable {
    /// The access key; nothing where calls are not signed at all.
    ///
    /// Rule: AWS-163.
    package var accessKey: String? = EC2.Settings.exampleAccessKey
    /// Whether the secret that signs belongs to the key.
    ///
    /// Rule: AWS-163.
    package var knowsSecret = true
    /// How far the caller's clock is ahead of the service's, or behind when it is negative.
    ///
    /// Rule: AWS-164.
    package var clockSkew: Duration = .zero

    package init() {}
}

extension EC2 {
    /// Looks at who calls, before anything else of the call is looked at.
    func admit() throws(EC2Fault) {
        guard let key = caller.accessKey else {
            throw EC2Fault(
                "MissingAuthenticationToken", "Missing Authentication Token", status: 403, rule: "AWS-163")
        }
        guard settings.accessKeys.contains(key) else { throw .notAuthenticated("AuthFailure") }
        guard caller.knowsSecret else { throw .notAuthenticated(settings.inferred.badSignature) }
        guard caller.clockSkew <= settings.timings.clockSkew, .zero - caller.clockSkew <= settings.timings.clockSkew
        else { throw EC2Fault("RequestExpired", "Request has expired.", rule: "AWS-164") }
    }
}

extension EC2Fault {
    /// Rule: AWS-163.
    fileprivate static func notAuthenticated(_ code: Code) -> EC2Fault {
        EC2Fault(
            code, "AWS was not able to validate the provided access credentials",
            status: code == "SignatureDoesNotMatch" ? 403 : 401, rule: "AWS-163")
    }
}
