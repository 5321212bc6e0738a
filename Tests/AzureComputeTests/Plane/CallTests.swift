import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine
import Testing

@testable import AzureCompute

@Suite("What the resource manager looks at")
struct CallTests {
    @Test("AZ-001, AZ-002 and AZ-003: a call names a version that its type knows")
    func versions() {
        var plane = AzureCompute.seeded()
        let rows: [(String?, AzureFault.Code, RuleID)] = [
            (nil, "MissingApiVersionParameter", "AZ-001"),
            ("2017-01-01", "NoRegisteredProviderFound", "AZ-002"),
            ("latest", "InvalidApiVersionParameter", "AZ-003"),
            ("2024-13-01", "InvalidApiVersionParameter", "AZ-003"),
        ]
        for (version, code, rule) in rows {
            plane.caller.apiVersion = version
            plane.refuses(code, rule, status: 400) { try $0.makeDisk("d") }
        }
        plane.caller.apiVersion = "2024-03-02-preview"
        #expect(throws: Never.self) { try plane.makeDisk("d") }
    }

    @Test("AZ-016, AZ-017 and AZ-018: a call carries a token that is alive, for this audience and from this directory")
    func tokens() {
        let rows: [(AzureFault.Code, RuleID, (inout Caller) -> Void)] = [
            ("AuthenticationFailed", "AZ-016", { $0.token = nil }),
            ("ExpiredAuthenticationToken", "AZ-017", { $0.token?.expires = .start }),
            ("InvalidAuthenticationTokenAudience", "AZ-018", { $0.token?.audience = "https://graph.microsoft.com" }),
            ("InvalidAuthenticationTokenTenant", "AZ-018", { $0.token?.tenant = "other" }),
        ]
        for (code, rule, change) in rows {
            var plane = AzureCompute.seeded()
            change(&plane.caller)
            plane.refuses(code, rule, status: 401) { try $0.makeDisk("d") }
        }
    }

    @Test("AZ-017: a token can end between a call and the next one")
    func expiry() throws {
        var plane = AzureCompute.seeded()
        let end = plane.now + .minutes(5)
        plane.caller.token?.expires = end
        try plane.makeDisk("d")
        plane.advance(by: .minutes(10))
        plane.refuses("ExpiredAuthenticationToken", "AZ-017") { _ = try $0.deleteDisk($0.diskID("d")) }
    }

    @Test("AZ-019 and AZ-020: who may not, and whose subscription has no such provider, is refused")
    func rights() {
        var plane = AzureCompute.seeded()
        plane.caller.forbidden = [.createDisk]
        plane.refuses("AuthorizationFailed", "AZ-019", status: 403) { try $0.makeDisk("d") }
        plane.caller.forbidden = []
        plane.settings.registeredNamespaces = ["Microsoft.Resources"]
        plane.refuses("MissingSubscriptionRegistration", "AZ-020", status: 409) { try $0.makeDisk("d") }
    }

    @Test("AZ-004: ids compare without regard to case, and lists may show them in another")
    func identity() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("Data-1")
        #expect(try plane.disk(plane.diskID("DATA-1", in: "G")).id.name == "Data-1")
        #expect(plane.diskID("data-1", in: "G") == plane.diskID("Data-1"))
        let listed = try #require(try plane.list(.disks, in: "g").first)
        #expect(listed == plane.diskID("data-1"))
        #expect(listed.description != plane.diskID("Data-1").description)
        let text = plane.diskID("Data-1").description.uppercased()
        #expect(try plane.resource(text) == plane.diskID("data-1"))
    }

    @Test("AZ-005, AZ-006, AZ-136 and AZ-137: what is missing is told from the outside in")
    func missing() throws {
        var plane = AzureCompute.seeded()
        plane.refuses("ResourceGroupNotFound", "AZ-005", status: 404) { try $0.makeDisk("d", in: "nowhere") }
        plane.refuses("ResourceGroupNotFound", "AZ-005", status: 404) { _ = try $0.list(.disks, in: "nowhere") }
        plane.refuses("ResourceGroupNotFound", "AZ-005", status: 404) { _ = try $0.disk($0.diskID("d", in: "nowhere")) }
        plane.refuses("ResourceGroupNotFound", "AZ-005", status: 404) {
            _ = try $0.move([$0.snapshotID("s")], to: "nowhere")
        }
        plane.refuses("ResourceNotFound", "AZ-006", status: 404) {
            _ = try $0.updateDisk($0.diskID("d"), DiskChange(sizeGB: 8))
        }
        plane.refuses("ParentResourceNotFound", "AZ-136", status: 404) {
            _ = try $0.createRestorePoint($0.pointID("p"))
        }
        let strange = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/floppies/f"
        plane.refuses("InvalidResourceType", "AZ-137", status: 404) { _ = try $0.resource(strange) }
        plane.refuses(.invalidParameter, nil) { _ = try $0.resource("/disks/d") }
    }

    @Test("AZ-007: a resource that was just deleted is missed by its provider first, then by the manager")
    func afterlife() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d")
        plane.end(of: try plane.deleteDisk(plane.diskID("d")))
        plane.refuses(.notFound, "AZ-007", status: 404) { _ = try $0.disk($0.diskID("d")) }
        plane.advance(by: .seconds(10))
        plane.refuses("ResourceNotFound", "AZ-006", status: 404) { _ = try $0.disk($0.diskID("d")) }
    }

    @Test("AZ-008: deleting what is not there is a success")
    func absent() throws {
        var plane = AzureCompute.seeded()
        let collection = plane.collectionID()
        let answers = [
            try plane.deleteDisk(plane.diskID("x")), try plane.deleteSnapshot(plane.snapshotID("x")),
            try plane.deleteMachine(plane.machineID("x")), try plane.deleteRestorePointCollection(collection),
            try plane.deleteRestorePoint(collection.child(.restorePoints, "x")),
        ]
        #expect(answers.map(\.status) == [204, 204, 204, 204, 204])
        #expect(answers.allSatisfy { $0.isOver })
    }

    @Test("AZ-009, AZ-012 and AZ-013: a name lives in one location, whatever the location of its group")
    func locations() throws {
        var plane = AzureCompute.seeded()
        try plane.makeDisk("d", location: "westus")
        #expect(try plane.disk(plane.diskID("d")).location == "westus")
        plane.refuses("InvalidResourceLocation", "AZ-009", status: 409) { try $0.makeDisk("d") }
        plane.refuses("LocationNotAvailableForResourceType", "AZ-013", status: 400) {
            try $0.makeDisk("e", location: "moon")
        }
    }

    @Test("AZ-014: names have a form", arguments: ["", "-d", "d-", "ö", "a b", String(repeating: "a", count: 81)])
    func names(name: String) {
        var plane = AzureCompute.seeded()
        plane.refuses(.invalidParameter, "AZ-014") { try $0.makeDisk(name) }
        plane.refuses("InvalidResourceGroupName", "AZ-014") { _ = try $0.createGroup("g.", location: "eastus") }
    }

    @Test("AZ-014: a machine's name is shorter than a disk's")
    func machineNames() throws {
        var plane = AzureCompute.seeded()
        #expect(throws: Never.self) { try plane.makeDisk(String(repeating: "a", count: 80)) }
        #expect(throws: Never.self) { try plane.makeBlank(String(repeating: "m", count: 64)) }
        do {
            try plane.makeBlank(String(repeating: "n", count: 65))
            Issue.record("nothing was refused")
        } catch let fault as AzureFault {
            #expect(fault.rule == "AZ-014")
        }
    }

    @Test("AZ-015: tags have a limit and a form, a change replaces the whole set, and copies inherit none")
    func tags() throws {
        var plane = AzureCompute.seeded()
        let many = Dictionary(uniqueKeysWithValues: (0...50).map { ("k\($0)", "v") })
        plane.refuses("TagCountExceeded", "AZ-015") { plane in try plane.makeDisk("d") { $0.tags = many } }
        for tags in [["a": String(repeating: "v", count: 257)], ["a": "1", "A": "2"]] {
            plane.refuses("InvalidTagName", "AZ-015") { plane in try plane.makeDisk("d") { $0.tags = tags } }
        }
        try plane.makeDisk("d") { $0.tags = ["a": "1", "b": "2"] }
        plane.end(of: try plane.updateDisk(plane.diskID("d"), DiskChange(tags: ["c": "3"])))
        #expect(try plane.disk(plane.diskID("d")).tags == ["c": "3"])
        #expect(try plane.makeSnapshot("s", of: "d").tags == [:])
        let source = plane.snapshotID("s")
        #expect(try plane.makeDisk("e", sizeGB: nil) { $0.creation = .init(.copy, source: source) }.tags == [:])
    }

    @Test("AZ-132 and AZ-134: calls about one machine are paid from buckets, deallocate from that of deletions")
    func throttling() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        plane.settings.isThrottling = true
        for _ in 0..<12 { plane.end(of: try plane.start(machine)) }
        plane.refuses(.operationNotAllowed, "AZ-132", status: 429) { _ = try $0.powerOff(machine) }
        do throws(AzureFault) { _ = try plane.powerOff(machine) } catch {
            #expect(error.detail == "TooManyRequests")
            #expect(error.target == "UpdateVM")
            #expect(error.retryAfter.map { $0 > .zero } == true)
        }
        #expect(throws: Never.self) { _ = try plane.deallocate(machine) }
        plane.advance(by: .minutes(1))
        #expect(throws: Never.self) { _ = try plane.start(machine) }
        #expect(Verb.deallocate.bucket == .deleteVM && Verb.deleteMachine.bucket == .deleteVM)
        #expect(Verb.updateMachine.bucket == .updateVM && Verb.createMachine.bucket == .putVM)
    }

    @Test("AZ-133: the resource manager counts all writes on its own")
    func managerThrottling() throws {
        var plane = AzureCompute.seeded()
        plane.settings.isThrottling = true
        for index in 0..<200 { try plane.createGroup("g\(index)", location: "eastus") }
        plane.refuses("TooManyRequests", "AZ-133", status: 429) { _ = try $0.createGroup("h", location: "eastus") }
    }

    @Test(
        "AZ-130: who polls faster than the answers ask for is refused after a while, wherever they ask for it",
        arguments: AzureCompute.Settings.RetryAfter.allCases)
    func polls(places: AzureCompute.Settings.RetryAfter) throws {
        var plane = AzureCompute.seeded()
        plane.settings.retryAfter = places
        let operation = try plane.createDisk(plane.diskID("d"), CreateDisk(location: "eastus", .init(.empty)).sized(4))
        let isOnFirst = places == .everywhere || places == .onFirstAnswer
        let isOnPolls = places == .everywhere || places == .onPolls
        #expect(operation.retryAfter == (isOnFirst ? .seconds(10) : nil))
        var refusals = 0
        for _ in 0..<6 {
            do {
                #expect(try plane.poll(operation.id).retryAfter == (isOnPolls ? .seconds(10) : nil))
            } catch {
                #expect(error.rule == "AZ-130" && error.status == 429 && error.retryAfter == .seconds(10))
                refusals += 1
            }
        }
        #expect(refusals == (places == .nowhere ? 0 : isOnFirst ? 3 : 2))
        plane.advance(by: .hours(1))
        #expect(try plane.poll(operation.id).operation.isOver)
        #expect(try plane.poll(operation.id).retryAfter == nil)
    }

    @Test(
        "AZ-088, AZ-132 and AZ-135: what may help is to call again after too many calls, an overlap or a failure of the platform",
        arguments: [
            ("OperationNotAllowed", 429, true), ("InternalServerError", 500, true), ("ServiceUnavailable", 503, true),
            ("Conflict", 409, true), ("AnotherOperationInProgress", 409, true),
            ("ConflictingConcurrentWriteNotAllowed", 409, true), ("OperationNotAllowed", 409, false),
            ("InvalidParameter", 400, false), ("ResourceNotFound", 404, false),
        ] as [(String, Int, Bool)])
    func callsAgain(code: String, status: Int, helps: Bool) {
        let fault = AzureFault(AzureFault.Code(rawValue: code), "", status: status)
        #expect(fault.isRetriedByClients == helps)
    }

    @Test(
        "AZ-135: an operation that failed for a reason of the platform's may end well when it is asked for again",
        arguments: [
            ("InternalExecutionError", true), ("InternalOperationError", true), ("OperationPreempted", true),
            ("VMRestorePointInternalError", true), ("OperationNotAllowed", false), ("AllocationFailed", false),
        ] as [(String, Bool)])
    func endsWellLater(code: String, may: Bool) {
        #expect(AzureFault(AzureFault.Code(rawValue: code), "").isTransient == may)
    }

    @Test("AZ-129, AZ-131 and AZ-135: an operation fails late, is told with 200, and is forgotten after a day")
    func lateFailure() throws {
        var plane = AzureCompute.seeded()
        let machine = try plane.makeBlank("m").id
        plane.faults.plan(Verb.start.rawValue, occurrence: 1, .refuse(code: "InternalExecutionError"))
        plane.end(of: try plane.powerOff(machine))
        let operation = try plane.start(machine)
        #expect(operation.status == 202)
        let fault = plane.end(of: operation)
        #expect(fault?.code == .internalExecutionError && fault?.rule == "AZ-135")
        #expect(try plane.operation(operation.id).pollStatus == 200)
        #expect(plane.virtualMachines[machine]?.provisioning == .failed)
        #expect(plane.virtualMachines[machine]?.power == .stopped)
        #expect(plane.end(of: try plane.start(machine)) == nil, "asked for again it is done")
        plane.advance(by: .hours(23))
        #expect(throws: Never.self) { try plane.operation(operation.id) }
        plane.advance(by: .hours(1))
        plane.refuses(.notFound, "AZ-131", status: 404) { _ = try $0.operation(operation.id) }
    }
}

extension CreateDisk {
    fileprivate func sized(_ sizeGB: Int) -> CreateDisk {
        var request = self
        request.sizeGB = sizeGB
        return request
    }
}

extension AzureCompute {
    /// For tests that only want the group.
    fileprivate mutating func createGroup(_ name: String, location: String) throws {
        _ = try createGroup(name, location: location, tags: [:])
    }
}
