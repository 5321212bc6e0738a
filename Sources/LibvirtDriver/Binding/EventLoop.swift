#if Libvirt
    internal import CLibvirt
    internal import Foundation

    /// libvirt's event loop, on a thread of its own that lives as long as the process.
    enum EventLoop {
        /// Registers the loop and starts it; to be called once, before any connection is opened.
        static func start() throws(LibvirtError) {
            clibvirt_be_silent()
            guard virInitialize() == 0 else { throw LibvirtError(after: "virInitialize") }
            guard virEventRegisterDefaultImpl() == 0 else { throw LibvirtError(after: "virEventRegisterDefaultImpl") }
            Thread.detachNewThread {
                while virEventRunDefaultImpl() == 0 {}
            }
        }
    }
#endif
