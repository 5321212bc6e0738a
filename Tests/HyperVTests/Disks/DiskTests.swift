import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import HyperV

@Suite("Virtual disks")
struct DiskTests {
    private let path = FilePath(rawValue: "D:\\new.vhdx")

    @Test("HV-120: a disk that others stand on cannot be resized")
    func chained() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        let base = try #require(checkpoint.config.drives.first?.path)
        let fault = refusal { try lab.host.resizeVHD(base, to: .gibibytes(100)) }
        #expect(fault?.rule == "HV-120")
        #expect(fault?.fullyQualifiedErrorID == "OperationFailed,Microsoft.Vhd.PowerShell.Cmdlets.ResizeVhd")
        #expect(refusal { try lab.host.resizeVHD(try lab.leaf(), to: .gibibytes(100)) }?.rule == "HV-120")
    }

    @Test("HV-121: while the machine runs, only a SCSI disk is resized", arguments: [1, 2])
    func online(generation: Int) throws {
        var lab = try Lab()
        try lab.host.newVHD(NewVHD(path: path))
        var request = NewVM(spec: .small)
        request.generation = generation
        request.disks = [NewVM.Disk(path: path, role: nil)]
        let id = try lab.host.newVM(request, family: 1, folder: "D:\\x")
        lab.host.setState(of: id, .running)
        if generation == 1 {
            #expect(refusal { try lab.host.resizeVHD(path, to: .gibibytes(100)) }?.rule == "HV-121")
            lab.host.setState(of: id, .off)
        }
        try lab.host.resizeVHD(path, to: .gibibytes(100))
        #expect(lab.host.files[path]?.size == .gibibytes(100))
    }

    @Test("HV-122: a disk does not become smaller than what is on it")
    func smaller() throws {
        var lab = try Lab()
        try lab.stop()
        #expect(refusal { try lab.host.resizeVHD(try lab.leaf(), to: .gibibytes(1)) }?.rule == "HV-122")
        try lab.host.resizeVHD(try lab.leaf(), to: .gibibytes(11))
        try lab.start()
        #expect(try lab.facts()[.service] == "healthy")
    }

    @Test("HV-123: the file of a checkpoint is nobody's parent")
    func parentOfCheckpoint() throws {
        var lab = try Lab()
        try lab.checkpoint()
        let leaf = try lab.leaf()
        #expect(refusal { try lab.host.newVHD(NewVHD(path: path, parent: leaf)) }?.rule == "HV-123")
        let base = try #require(lab.host.files[leaf]?.parent)
        try lab.host.newVHD(NewVHD(path: path, parent: base))
        #expect(lab.host.files[path]?.type == .differencing)
    }

    @Test("HV-124: a disk is not made over a file that exists")
    func exists() throws {
        var lab = try Lab()
        try lab.host.newVHD(NewVHD(path: path))
        let fault = refusal { try lab.host.newVHD(NewVHD(path: path)) }
        #expect(fault?.message == "The system failed to create 'D:\\new.vhdx': The file exists.")
        #expect(fault?.hresult == 0x8007_0050)
        #expect(fault?.fullyQualifiedErrorID == "OperationFailed,Microsoft.Vhd.PowerShell.Cmdlets.NewVhd")
    }

    @Test("HV-125: a machine may be pointed at a parent, and what stood on it is broken then")
    func orphaned() throws {
        var lab = try Lab()
        let checkpoint = try lab.checkpoint()
        try lab.stop()
        let leaf = try lab.leaf(.data)
        let drive = try #require(try lab.vm.config.drives.last)
        let base = try #require(checkpoint.config.drives.last?.path)
        var strict = lab
        strict.host.settings.inferred.allowsAttachingParents = false
        #expect(refusal { try strict.host.setVMHardDiskDrive(drive, of: lab.id, to: base) }?.rule == "HV-125")
        try lab.host.setVMHardDiskDrive(drive, of: lab.id, to: base)
        try lab.start()
        try lab.write(10)
        try lab.stop()
        try lab.host.setVMHardDiskDrive(drive, of: lab.id, to: leaf)
        #expect(refusal { try lab.start() }?.hresult == 0xC03A_000E)
    }

    @Test("HV-101: a file that is deleted by hand breaks the machine")
    func deleted() throws {
        var lab = try Lab()
        try lab.checkpoint()
        #expect(refusal { try lab.host.removeItem(try lab.leaf()) }?.rule == "HV-073", "the machine has it open")
        try lab.stop()
        try lab.host.removeItem(try lab.leaf())
        #expect(refusal { try lab.start() }?.hresult == 0x8007_0002)
    }

    @Test("HV-133: a machine of generation 2 has no IDE, and one of generation 1 boots from it")
    func generations() throws {
        var lab = try Lab()
        try lab.host.newVHD(NewVHD(path: path))
        #expect(
            refusal { try lab.host.addVMHardDiskDrive(.file(path), to: lab.id, controller: .ide) }?.rule == "HV-133")
        var request = NewVM(spec: .small)
        request.generation = 1
        request.disks = [NewVM.Disk(path: path, role: nil)]
        let id = try lab.host.newVM(request, family: 1, folder: "D:\\x")
        #expect(lab.host.machines[id]?.config.drives.first?.controller == .ide)
    }

    @Test("HV-134: controllers have so many places, and formats so much room")
    func limits() throws {
        var lab = try Lab()
        var request = NewVM(spec: .small)
        request.generation = 1
        let id = try lab.host.newVM(request, family: 1, folder: "D:\\x")
        for number in 0..<4 { try lab.host.addVMHardDiskDrive(.physical(number), to: id) }
        #expect(refusal { try lab.host.addVMHardDiskDrive(.physical(9), to: id) }?.rule == "HV-134")
        for number in 0..<256 { try lab.host.addVMHardDiskDrive(.physical(number), to: id, controller: .scsi) }
        #expect(refusal { try lab.host.addVMHardDiskDrive(.physical(9), to: id, controller: .scsi) }?.rule == "HV-134")
        let old = FilePath(rawValue: "D:\\old.vhd")
        #expect(refusal { try lab.host.newVHD(NewVHD(path: old, size: .gibibytes(2_041))) }?.rule == "HV-134")
        try lab.host.newVHD(NewVHD(path: old, size: .gibibytes(2_040)))
        #expect(refusal { try lab.host.resizeVHD(old, to: .gibibytes(2_041)) }?.rule == "HV-134")
        let largest = ByteCount.gibibytes(64 * 1_024)
        #expect(refusal { try lab.host.newVHD(NewVHD(path: path, size: largest + .gibibytes(1))) }?.rule == "HV-134")
        try lab.host.newVHD(NewVHD(path: path, size: largest))
    }

    @Test("HV-132: a saved machine takes no disk, and a running one only SCSI")
    func hotPlug() throws {
        var lab = try Lab()
        try lab.host.newVHD(NewVHD(path: path))
        try lab.host.addVMHardDiskDrive(.file(path), to: lab.id)
        #expect(refusal { try lab.host.addVMHardDiskDrive(.file(path), to: lab.id) }?.hresult == 0x8007_0020)
        try lab.save()
        let drive = try #require(try lab.vm.config.drives.last)
        #expect(refusal { try lab.host.setVMHardDiskDrive(drive, of: lab.id, to: path) }?.rule == "HV-132")
        #expect(refusal { try lab.host.removeVMHardDiskDrive(drive, from: lab.id) }?.rule == "HV-132")
        try lab.start()
        try lab.host.removeVMHardDiskDrive(drive, from: lab.id)
        #expect(lab.host.files[path]?.owner == nil)
    }
}
