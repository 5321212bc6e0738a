import HashTreeCollections
import Hypervisor
import LabCore
import Testing

@testable import ComputeEngine

@Suite("Names, numbers and references")
struct NameTests {
    @Test(
        "GCE-001: a name is a lower-case letter, then letters, digits and hyphens, 63 in all, and no hyphen last",
        arguments: [
            ("a", true), ("disk-1", true), (String(repeating: "a", count: 63), true), ("", false), ("Disk", false),
            ("1disk", false), ("disk-", false), ("-disk", false), ("di_sk", false),
            (String(repeating: "a", count: 64), false), ("dïsk", false),
        ])
    func names(name: String, isAllowed: Bool) throws {
        var plane = ComputeEngine.seeded()
        if isAllowed {
            try plane.makeDisk(name)
        } else {
            let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: name), zone: .zoneA) }
            #expect(fault?.reason == .invalid)
            #expect(fault?.rule == "GCE-001")
        }
    }

    @Test("GCE-002: a name that is used again has another number")
    func numbers() throws {
        var plane = ComputeEngine.seeded()
        let first = try plane.makeDisk("d")
        plane.end(of: try plane.deleteDisk("d", zone: .zoneA))
        let second = try plane.makeDisk("d")
        #expect(first.id != second.id)
        #expect(UInt64(first.id.description) == first.id.rawValue)
    }

    @Test("GCE-003: a resource is found by its number as by its name")
    func byNumber() throws {
        var plane = ComputeEngine.seeded()
        let disk = try plane.makeDisk("d")
        #expect(try plane.getDisk(disk.id.description, zone: .zoneA) == disk)
        let operation = try plane.deleteDisk(disk.id.description, zone: .zoneA)
        #expect(try plane.operation(String(operation.number), in: .zone(.zoneA)).name == operation.name)
    }

    @Test(
        "GCE-004: a reference is a full URL, a path from the project or from the scope on, and answers carry full URLs",
        arguments: [
            ("https://www.googleapis.com/compute/v1/projects/belay-lab/zones/us-central1-a/disks/d", true),
            ("https://compute.googleapis.com/compute/v1/projects/belay-lab/zones/us-central1-a/disks/d", true),
            ("projects/belay-lab/zones/us-central1-a/disks/d", true), ("zones/us-central1-a/disks/d", true),
            ("d", false), ("disks/d", false), ("zones/us-central1-a/snapshots/d", false),
            ("https://www.googleapis.com/compute/v1/zones/us-central1-a/disks/d", false),
        ])
    func references(reference: String, isAllowed: Bool) throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("d")
        let request = InsertSnapshot(name: "s", sourceDisk: reference)
        guard isAllowed else {
            #expect(refusal { _ = try plane.insertSnapshot(request) }?.rule == "GCE-004")
            return
        }
        plane.end(of: try plane.insertSnapshot(request))
        let snapshot = try plane.getSnapshot("s")
        #expect(
            snapshot.sourceDisk
                == "https://www.googleapis.com/compute/v1/projects/belay-lab/zones/us-central1-a/disks/d")
        #expect(snapshot.path.link == "https://www.googleapis.com/compute/v1/projects/belay-lab/global/snapshots/s")
    }

    @Test("GCE-005: a reference to something that is not there is an error of the field")
    func danglingReference() {
        var plane = ComputeEngine.seeded()
        var request = InsertDisk(name: "d")
        request.sourceSnapshot = "global/snapshots/none"
        let fault = refusal { _ = try plane.insertDisk(request, zone: .zoneA) }
        #expect(fault?.status == 400)
        #expect(fault?.rule == "GCE-005")
        #expect(fault?.message.hasSuffix("The referenced snapshot resource cannot be found.") == true)
    }

    @Test("GCE-006: a target that is not there is not found")
    func missingTarget() {
        var plane = ComputeEngine.seeded()
        let fault = refusal { _ = try plane.deleteDisk("none", zone: .zoneA) }
        #expect(fault?.status == 404)
        #expect(fault?.message == "The resource 'projects/belay-lab/zones/us-central1-a/disks/none' was not found")
        #expect(fault?.rule == "GCE-006")
    }

    @Test("GCE-007: a name is unique in its scope and collection, and free in any other")
    func uniqueness() throws {
        var plane = ComputeEngine.seeded()
        try plane.makeDisk("x")
        let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: "x"), zone: .zoneA) }
        #expect(fault?.status == 409)
        #expect(fault?.rule == "GCE-007")
        try plane.makeDisk("x", zone: .zoneB)
        try plane.makeSnapshot("x", of: "x")
    }

    @Test("GCE-008 and GCE-027: a name is taken as soon as its insert is accepted", arguments: [true, false])
    func heldNames(holds: Bool) throws {
        var plane = ComputeEngine.seeded()
        if !holds { plane.settings.inferred.holdsNames = false }
        _ = try plane.insertDisk(InsertDisk(name: "x"), zone: .zoneA)
        if holds {
            #expect(
                refusal { _ = try plane.insertDisk(InsertDisk(name: "x"), zone: .zoneA) }?.reason == "alreadyExists")
        } else {
            _ = try plane.insertDisk(InsertDisk(name: "x"), zone: .zoneA)
        }
    }

    @Test("GCE-009: a zone that does not exist is an invalid value, or what the settings say")
    func unknownZone() {
        var plane = ComputeEngine.seeded()
        let fault = refusal { _ = try plane.insertDisk(InsertDisk(name: "x"), zone: "moon-a") }
        #expect(fault?.reason == .invalid)
        #expect(fault?.rule == "GCE-009")
        plane.settings.inferred.unknownZone = .notFound
        #expect(refusal { _ = try plane.deleteDisk("x", zone: "moon-a") }?.reason == .notFound)
    }

    @Test("GCE-010: a disk is found in its own zone alone, and a snapshot everywhere")
    func scopes() throws {
        var plane = ComputeEngine.seeded()
        let disk = try plane.makeDisk("x")
        #expect(refusal { _ = try plane.getDisk("x", zone: .zoneB) }?.status == 404)
        #expect(refusal { _ = try plane.getDisk(disk.id.description, zone: .zoneB) }?.status == 404)
        #expect(Collection.snapshots.holds(.global))
        for collection in Collection.allCases {
            let scopes: [Scope] = [.global, .region("r"), .zone("z")]
            #expect(scopes.filter { collection.holds($0) }.count == 1, "\(collection) lives in one kind of scope")
        }
    }
}
