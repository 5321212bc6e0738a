#if Libvirt
    internal import CLibvirt
#endif

/// What libvirt said when it refused a call.
///
/// Match on the code, never on the text: texts differ between versions.
package struct LibvirtError: Error, Hashable, Sendable, Codable {
    /// The number of the error, one of `virErrorNumber`.
    package var code: Code
    /// The part of libvirt that refused, one of `virErrorDomain`.
    package var domain: Int
    /// libvirt's sentence.
    package var message: String
    /// The C function that was called.
    package var function: String

    /// Makes an error.
    package init(code: Code, domain: Int, message: String, function: String) {
        self.code = code
        self.domain = domain
        self.message = message
        self.function = function
    }

    /// The number of an error; the set grows with libvirt.
    ///
    /// Rule: https://libvirt.org/html/libvirt-virterror.html#virErrorNumber
    package struct Code: RawRepresentable, Hashable, Sendable, Codable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let internalError = Code(rawValue: 1)
        package static let noSupport = Code(rawValue: 3)
        package static let invalidArgument = Code(rawValue: 8)
        package static let operationFailed = Code(rawValue: 9)
        package static let malformedXML = Code(rawValue: 27)
        package static let invalidXMLDetail = Code(rawValue: 35)
        package static let systemError = Code(rawValue: 38)
        package static let noDomain = Code(rawValue: 42)
        package static let operationInvalid = Code(rawValue: 55)
        package static let configurationUnsupported = Code(rawValue: 67)
        package static let operationTimeout = Code(rawValue: 68)
        package static let noSnapshot = Code(rawValue: 72)
        package static let argumentUnsupported = Code(rawValue: 74)
        package static let blockJobActive = Code(rawValue: 83)
        package static let operationUnsupported = Code(rawValue: 84)
        package static let agentUnresponsive = Code(rawValue: 86)
    }
}

extension LibvirtError: CustomStringConvertible {
    /// The error in one sentence, with its numbers: `virDomainCreate: 55/10: domain is already running`.
    package var description: String { "\(function): \(code.rawValue)/\(domain): \(message)" }
}

#if Libvirt
    extension LibvirtError {
        /// Reads why the C function `function` failed.
        ///
        /// libvirt keeps its last error per thread: to be called on the thread of the failure, before anything else.
        init(after function: String) {
            guard let last = unsafe virGetLastError() else {
                self.init(code: .internalError, domain: 0, message: "libvirt gave no reason", function: function)
                return
            }
            let message = unsafe last.pointee.message.map { unsafe String(cString: $0) } ?? "libvirt gave no reason"
            unsafe self.init(
                code: Code(rawValue: Int(last.pointee.code)), domain: Int(last.pointee.domain), message: message,
                function: function)
        }
    }
#endif
