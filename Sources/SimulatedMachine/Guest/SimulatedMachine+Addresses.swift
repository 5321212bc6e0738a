import Hypervisor
import LabCore

extension SimulatedMachine {
    private var publicHost: String { session.map { $0.identity.publicAddress ?? $0.identity.privateAddress } ?? "" }

    private var addressLine: String {
        guard let identity = session?.identity else { return "" }
        return "\(identity.privateAddress) \(identity.publicAddress ?? "-")"
    }

    /// The address in the appliance's configuration.
    var configuredAddress: String? {
        let path = plan.checksAddresses ? GuestPath.replicated[0] : GuestPath.addresses
        return storage.text(path, of: plan.checksAddresses ? .root : settingsRole)?
            .split(separator: " ").first.map(String.init)
    }

    /// Writes the addresses of the first boot, as the set-up of an appliance does.
    mutating func writeFirstAddresses() {
        guard configuredAddress == nil else { return }
        // On a full disk the addresses stay missing, and the service says so.
        try? writeAddresses()
        if plan.checksAddresses, outside.loginHost == nil { outside.loginHost = publicHost }
    }

    /// Puts the machine's present addresses wherever the appliance keeps addresses.
    ///
    /// Rule: CCI-010 for both files of the scheduler's host, CCI-008 for the host name, CCI-011 for the scheduler's state.
    private mutating func writeAddresses() throws(FileSystemFault) {
        let line = Array(addressLine.utf8)
        guard plan.checksAddresses else {
            return try storage.replace(GuestPath.addresses, of: settingsRole, with: line)
        }
        try storage.replace(GuestPath.hostName, of: .root, with: Array(publicHost.utf8))
        try storage.replace(GuestPath.scheduler, of: .root, with: line)
        for path in GuestPath.replicated.reversed() { try storage.replace(path, of: .root, with: line) }
    }

    /// What is wrong with the addresses of a machine that was restored elsewhere; nothing when all are right.
    func addressTrouble() -> String? {
        for path in GuestPath.replicated {
            let found = storage.text(path, of: .root) ?? "nothing"
            guard found == addressLine else {  // Rule: CCI-010.
                return "the addresses in \(path) are those of another machine: \(found), have \(addressLine)"
            }
        }
        let host = storage.text(GuestPath.hostName, of: .root) ?? "nothing"
        guard host == publicHost else {  // Rule: CCI-008.
            return "users are redirected to the old host name \(host), have \(publicHost)"
        }
        guard storage.text(GuestPath.scheduler, of: .root) == addressLine else {  // Rule: CCI-011.
            return "the scheduler waits for members of the machine that was"
        }
        guard outside.loginHost == publicHost else {  // Rule: CCI-009.
            return "login fails: the OAuth application names \(outside.loginHost ?? "nothing"), have \(publicHost)"
        }
        return nil
    }

    /// Corrects the addresses and restarts what reads them.
    mutating func correctAddresses() throws(FileSystemFault) {
        try writeAddresses()
        if plan.checksAddresses { outside.loginHost = publicHost }
        spend(.seconds(60))
        startService()
    }
}
