public import LabCore

/// A place where machines run.
public struct Platform: Identifier {
    /// The word that names the platform in files and on the command line.
    public let rawValue: String

    /// Takes the word that names a platform.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Amazon EC2 with EBS volumes.
    public static let ec2 = Platform(rawValue: "ec2")
    /// Microsoft Azure: virtual machines with managed disks.
    public static let azure = Platform(rawValue: "azure")
    /// Google Compute Engine.
    public static let gce = Platform(rawValue: "gce")
    /// Microsoft Hyper-V.
    public static let hyperv = Platform(rawValue: "hyperv")
    /// VMware vSphere.
    public static let vsphere = Platform(rawValue: "vsphere")
    /// Local QEMU machines through libvirt.
    public static let libvirt = Platform(rawValue: "libvirt")
}
