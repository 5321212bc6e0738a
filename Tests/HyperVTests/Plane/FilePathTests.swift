import HyperV
import Testing

@Suite struct FilePathTests {
    @Test(
        "a path has the same parts however it was put together",
        arguments: [
            (FilePath("D:\\VMs", "web.vhdx"), "D:", "D:\\VMs", "web.vhdx", "web", "vhdx"),
            (FilePath("D:\\VMs", "Snapshots\\1.2.VMRS"), "D:", "D:\\VMs\\Snapshots", "1.2.VMRS", "1.2", "vmrs"),
            (FilePath(rawValue: "D:\\VMs\\web.AVHDX"), "D:", "D:\\VMs", "web.AVHDX", "web", "avhdx"),
            (FilePath(rawValue: "web"), "web", "", "web", "web", ""),
            (FilePath(rawValue: "D:\\VMs.old\\web"), "D:", "D:\\VMs.old", "web", "web", ""),
            (FilePath(rawValue: "D:\\VMs\\"), "D:", "D:\\VMs", "", "", ""),
            (FilePath(rawValue: ""), "", "", "", "", ""),
        ])
    func parts(path: FilePath, volume: String, folder: String, name: String, stem: String, ending: String) {
        #expect(path.volume == volume && path.folder == folder && path.name == name)
        #expect(path.stem == stem && path.ending == ending)
        #expect(path == FilePath(rawValue: path.rawValue))
        #expect(path.isAVHDX == (ending == "avhdx"))
    }

    @Test(
        "a path lies on the volume that it begins with, and on no other",
        arguments: ["D:\\VMs\\web.vhdx", "D:", "D:\\"])
    func volumes(path: String) {
        let path = FilePath(rawValue: path)
        #expect(path.isOn(volume: "D:"))
        for other in ["C:", "D", "D:\\VMs\\web.vhdx and more", "DD:"] { #expect(!path.isOn(volume: other)) }
    }

    @Test("a file beside another is named after a third")
    func sibling() {
        let (parent, base) = (FilePath("E:\\Moved", "web_1.avhdx"), FilePath("D:\\VMs", "web.vhdx"))
        #expect(parent.sibling(base, suffix: "_2.avhdx") == FilePath("E:\\Moved", "web_2.avhdx"))
    }
}
