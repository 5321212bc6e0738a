#if Libvirt
    internal import CLibvirt

    extension Domain {
        /// Hands a JSON command to the guest's agent and waits for its answer, `limit` seconds at most.
        borrowing func agentCommand(_ command: String, limit: Int) throws(LibvirtError) -> String {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try unsafe takeString(
                    unsafe virDomainQemuAgentCommand(domain, command, CInt(limit), 0), from: "virDomainQemuAgentCommand"
                )
            }
        }

        /// Sets how long libvirt's own calls wait for the agent; without it a hung agent blocks them for ever.
        borrowing func setAgentResponseTimeout(seconds: Int) throws(LibvirtError) {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try check(
                    unsafe virDomainAgentSetResponseTimeout(domain, CInt(seconds), 0),
                    "virDomainAgentSetResponseTimeout")
            }
        }

        /// Freezes all file systems of the guest, and answers how many.
        borrowing func freeze() throws(LibvirtError) -> Int {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                let count = unsafe virDomainFSFreeze(domain, nil, 0, 0)
                try check(count, "virDomainFSFreeze")
                return Int(count)
            }
        }

        /// Thaws all file systems of the guest, and answers how many were frozen; thawing what is thawed is no error.
        ///
        /// Rule: LV-029.
        borrowing func thaw() throws(LibvirtError) -> Int {
            try unsafe withPointer { (domain) throws(LibvirtError) in
                let count = unsafe virDomainFSThaw(domain, nil, 0, 0)
                try check(count, "virDomainFSThaw")
                return Int(count)
            }
        }

        /// Sets the guest's clock, in nanoseconds since 1970.
        borrowing func setTime(nanoseconds: Int64) throws(LibvirtError) {
            let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
            try unsafe withPointer { (domain) throws(LibvirtError) in
                try check(unsafe virDomainSetTime(domain, seconds, UInt32(rest), 0), "virDomainSetTime")
            }
        }
    }
#endif
