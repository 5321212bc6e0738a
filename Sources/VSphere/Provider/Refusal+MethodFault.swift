import Hypervisor

extension Refusal {
    /// Makes a refusal of a fault.
    ///
    /// When the work had begun, something may be left of it.
    init(_ fault: MethodFault, verb: String, isBegun: Bool = false) {
        let kind: Kind =
            switch fault.reason {
            case .replyLost: .unknown
            case .notSupported, .methodDisabled: .unsupported
            default: isBegun ? .failed : .refused
            }
        self.init(kind, code: fault.name, message: fault.message, rule: fault.rule, verb: verb)
    }
}
