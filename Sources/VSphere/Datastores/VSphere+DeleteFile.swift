import LabCore

extension VSphere {
    /// Deletes a file that no machine uses.
    ///
    /// `DeleteDatastoreFile_Task`, but done at once.
    package mutating func deleteDatastoreFile(_ path: FilePath) throws(MethodFault) {
        try call("DeleteDatastoreFile_Task", on: path, needs: .fileManagement) { (plane) throws(MethodFault) in
            guard let file = plane.store[path] else { throw MethodFault(.fileNotFound(file: path.description)) }
            guard file.lockedBy == nil, file.disk?.children.isEmpty ?? true else {
                throw MethodFault(.fileLocked(file: path.description))
            }
            plane.store.delete(path)
        }
    }
}
