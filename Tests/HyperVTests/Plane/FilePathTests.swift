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
        ])
    func parts(path: FilePath, volume: String, folder: String, name: String, stem: String, ending: String) {
        #expect(path.volume == volume && path.folder == folder && path.name == name)
        #expect(path.stem == stem && path.ending == ending)
        #expect(path == FilePath(rawValue: path.rawValue))
        #expect(path.isAVHDX == (ending == "avhdx"))
    }
}
