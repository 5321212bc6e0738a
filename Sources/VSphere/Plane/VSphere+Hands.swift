import HashTreeCollections
package import LabCore
package import SimulatedMachine

/// What no client can do: the lab's hands inside the server, for tests and faults.
extension VSphere {
    /// Lets somebody log in.
    package mutating func addUser(_ name: String, _ user: User) { users[name] = user }

    /// Adds a datastore.
    package mutating func addDatastore(_ name: String, capacity: ByteCount, version: Int = 6) {
        store.add(Datastore(id: newMoref("datastore"), name: name, version: version, capacity: capacity))
    }

    /// Gives a datastore another capacity.
    package mutating func setCapacity(of datastore: String, to capacity: ByteCount) {
        store.change(datastore) { $0.capacity = capacity }
    }

    /// Loses a datastore with everything on it.
    package mutating func loseDatastore(_ name: String) { store.lose(name) }

    /// Changes a host: its room, its processors, whether it can be reached.
    package mutating func changeHost(_ id: Moref<HostSystem>, _ change: (inout HostSystem) -> Void) {
        guard var host = hosts[id] else { return }
        change(&host)
        hosts[id] = host
    }

    /// Changes a machine behind the server's back: Tools, connection, tags, Fault Tolerance.
    package mutating func tamper(with id: Moref<VirtualMachine>, _ change: (inout VirtualMachine) -> Void) {
        guard var vm = virtualMachines[id] else { return }
        change(&vm)
        virtualMachines[id] = vm
    }

    /// Puts a foreign file on a datastore.
    package mutating func placeFile(_ path: FilePath, _ file: StoredFile) throws(MethodFault) {
        try store.create(path, file)
    }

    /// Takes a file away, whoever needs it.
    package mutating func stealFile(_ path: FilePath) { store.delete(path) }

    /// Has somebody hold a file locked, as a backup proxy does; nobody with nothing.
    package mutating func lockFile(_ path: FilePath, by owner: String?) { store.lock(path, by: owner) }

    /// Writes to a disk as some other program would: one that the appliance does not know, or any while the machine is off.
    package mutating func writeDisk(
        _ key: Int, of id: Moref<VirtualMachine>, _ write: (inout Disk) -> Void
    ) throws(MethodFault) {
        let vm = try virtualMachine(id)
        guard let disk = vm.config.disks.first(where: { $0.key == key }), var content = content(of: key, in: id),
            disk.role == nil || vm.hardware.power == .off
        else { throw MethodFault(.invalidArgument(property: "device")) }
        write(&content)
        if let role = disk.role { try change(id) { vm in vm.hardware.replaceDisk(role, with: content) } }
        store.write(content, to: disk.path)
    }

    /// What stands on a disk of a machine at this moment.
    package func content(of key: Int, in id: Moref<VirtualMachine>) -> Disk? {
        guard let vm = virtualMachines[id], let disk = vm.config.disks.first(where: { $0.key == key }) else {
            return nil
        }
        return disk.role.flatMap { vm.hardware.disk($0) } ?? store.content(of: disk.path)
    }
}
