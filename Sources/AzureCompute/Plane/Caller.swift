package import LabCore

/// Who calls, and how: what the resource manager looks at before any provider sees the call.
package struct Caller: Hashable, Sendable {
    /// The version of the interface, as it stands in the query; nothing where the query has none.
    ///
    /// Rule: AZ-001.
    package var apiVersion: String? = "2026-04-01"
    /// The bearer token; nothing where the call carries none.
    ///
    /// Rule: AZ-016.
    package var token: Token? = Token()
    /// The name and object id of the client, as they stand in refusals.
    package var client = "belay"
    package var objectID = "7f5c1a7e-0000-4000-8000-000000000001"
    /// Verbs that the client's roles do not allow.
    ///
    /// Rule: AZ-019.
    package var forbidden: Set<Verb> = []

    package init() {}

    /// What the resource manager reads in a token.
    package struct Token: Hashable, Sendable {
        /// When it ends; nothing for one that does not.
        package var expires: Instant?
        /// Whom it is for.
        package var audience = "https://management.azure.com/"
        /// The directory it comes from.
        package var tenant = "72f988bf-0000-4000-8000-000000000000"

        package init() {}
    }
}

extension AzureCompute {
    /// Looks at the caller: version, token, rights and registration, in that order.
    func admit(_ verb: Verb, on target: ResourceID) throws(AzureFault) {
        try checkToken()
        try checkVersion(of: target.type)
        guard !caller.forbidden.contains(verb) else {
            throw AzureFault(
                "AuthorizationFailed",
                "The client '\(caller.client)' with object id '\(caller.objectID)' does not have authorization to "
                    + "perform action '\(target.type.rawValue)/\(verb.word)' over scope '\(target)' or the scope is "
                    + "invalid.", status: 403, rule: "AZ-019")
        }
        guard settings.registeredNamespaces.contains(target.type.namespace) else {
            throw AzureFault(
                "MissingSubscriptionRegistration",
                "The subscription is not registered to use namespace '\(target.type.namespace)'.", status: 409,
                rule: "AZ-020")
        }
    }

    private func checkToken() throws(AzureFault) {
        guard let token = caller.token else {
            throw AzureFault(
                "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", status: 401,
                rule: "AZ-016")
        }
        if let expires = token.expires, expires <= now {
            throw AzureFault(
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time '\(expires)' is earlier than current UTC time '\(now)'.", status: 401,
                rule: "AZ-017")
        }
        guard token.audience == settings.audience else {
            throw AzureFault(
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource '\(token.audience)'.", status: 401,
                rule: "AZ-018")
        }
        guard token.tenant == settings.tenant else {
            throw AzureFault(
                "InvalidAuthenticationTokenTenant",
                "The access token is from the wrong issuer '\(token.tenant)'.", status: 401, rule: "AZ-018")
        }
    }

    private func checkVersion(of type: ResourceType) throws(AzureFault) {
        guard let version = caller.apiVersion else {
            throw AzureFault(
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.", rule: "AZ-001")
        }
        guard Self.isADay(version) else {
            throw AzureFault(
                "InvalidApiVersionParameter", "The api-version '\(version)' is invalid.", rule: "AZ-003")
        }
        let floor = type.firstVersion
        guard version.prefix(10) >= floor else {
            throw AzureFault(
                "NoRegisteredProviderFound",
                "No registered resource provider found for location '\(settings.location)' and API version "
                    + "'\(version)' for type '\(type.segments.joined(separator: "/"))'.", rule: "AZ-002")
        }
    }

    /// Whether a text is a date, which may be followed by `-preview`.
    private static func isADay(_ text: String) -> Bool {
        let date = text.hasSuffix("-preview") ? text.dropLast(8) : text[...]
        let parts = date.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2] else { return false }
        let numbers = parts.compactMap { Int($0) }
        return numbers.count == 3 && (1...12).contains(numbers[1]) && (1...31).contains(numbers[2])
    }
}

extension ResourceType {
    /// The first version of the interface that knows the type.
    fileprivate var firstVersion: String {
        switch self {
        case .virtualMachines, .extensions: "2016-04-30"
        case .disks, .snapshots: "2018-04-01"
        case .diskEncryptionSets: "2019-07-01"
        case .restorePointCollections, .restorePoints, .diskRestorePoints: "2021-03-01"
        case .networkInterfaces, .publicIPAddresses: "2015-06-15"
        case .resourceGroups: "2015-11-01"
        }
    }
}
