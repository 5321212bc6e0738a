/// One of the services through which host and guest work together.
package enum IntegrationService: String, Hashable, Sendable, CaseIterable {
    case guestServiceInterface = "Guest Service Interface"
    case heartbeat = "Heartbeat"
    case keyValuePairExchange = "Key-Value Pair Exchange"
    case shutdown = "Shutdown"
    case timeSynchronization = "Time Synchronization"
    case vss = "VSS"

    /// The last part of the service's id.
    package var guid: String {
        switch self {
        case .guestServiceInterface: "6C09BB55-D683-4DA0-8931-C9BF705F6480"
        case .heartbeat: "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"
        case .keyValuePairExchange: "2A34B1C2-FD73-4043-8A5B-DD2159BC743F"
        case .shutdown: "9F8233AC-BE49-4C79-8EE3-E7E1985B2077"
        case .timeSynchronization: "2497F4DE-E9FA-4204-80E4-4B75C46419C0"
        case .vss: "5CED1297-4598-4915-A5FC-AD21BB4D02A4"
        }
    }

    /// What a new machine is offered: everything but copying files into the guest.
    ///
    /// Rule: HV-156.
    package static let enabledByDefault = Set(allCases).subtracting([.guestServiceInterface])
}

/// How a service is, as Get-VMIntegrationService shows it.
package enum IntegrationStatus: Int, Hashable, Sendable, CaseIterable {
    case ok = 2
    case error = 6
    case noContact = 12
    case lostCommunication = 13
    case protocolMismatch = 32775
    case disabled = 32896
}

/// The half of the integration services that lives in the guest.
package struct GuestComponents: Hashable, Sendable {
    /// How the guest's half of a service is.
    package enum Component: Hashable, Sendable, CaseIterable {
        case running
        /// It is installed and does not run, as a daemon that was stopped.
        case stopped
        /// It is so old that host and guest do not understand each other.
        case outdated
        case absent
    }

    private var components: [IntegrationService: Component] = [:]
    /// Whether the guest is a Windows, whose writers take part in a quiesce.
    package internal(set) var isWindows = false

    package init() {}

    /// The guest's half of one service; running unless something else is known.
    package subscript(service: IntegrationService) -> Component {
        get { components[service] ?? .running }
        set { components[service] = newValue }
    }
}
