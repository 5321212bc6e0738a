import HashTreeCollections
import LabCore
import SimulatedMachine
import Testing

@testable import VSphere

@Suite("Sessions and privileges")
struct SessionTests {
    @Test("VMW-001: without a session every verb is refused by the call")
    func needsSession() throws {
        var lab = try Lab()
        try lab.plane.logout()
        let vm = lab.vm
        #expect(
            lab.end { (plane) throws(MethodFault) in try plane.powerOnVM(vm) } == .call("NotAuthenticated", "VMW-001"))
        #expect(throws: MethodFault(.notAuthenticated(object: "ServiceInstance"), rule: "VMW-001")) {
            try lab.plane.currentTime()
        }
        #expect(try lab.power == .poweredOff)
    }

    @Test("VMW-002: a session dies after 30 idle minutes, and each call keeps it alive")
    func idle() throws {
        var lab = try Lab()
        for _ in 0..<3 {
            lab.plane.advance(by: .minutes(29))
            _ = try lab.plane.currentTime()
        }
        lab.plane.advance(by: .minutes(30))
        #expect(throws: MethodFault.self) { try lab.plane.currentTime() }
        #expect(lab.plane.sessions.isEmpty)
    }

    @Test("VMW-003: the session's key is not the cookie")
    func key() throws {
        var lab = try Lab()
        let session = try lab.plane.login(userName: "administrator@vsphere.local", password: "VMware1!")
        #expect(session.key != session.cookie)
        #expect(lab.plane.sessions[session.key] == nil)
        #expect(lab.plane.sessions[session.cookie] == session)
    }

    @Test(
        "VMW-004: wrong credentials are refused",
        arguments: [("administrator@vsphere.local", "x"), ("nobody", "VMware1!")])
    func credentials(name: String, password: String) throws {
        var lab = try Lab()
        do throws(MethodFault) {
            try lab.plane.login(userName: name, password: password)
            Issue.record("the login was accepted")
        } catch {
            #expect(error.message == "Cannot complete login due to an incorrect user name or password.")
            #expect(error.rule == "VMW-004")
        }
    }

    @Test("VMW-005: a missing privilege is refused before any state is looked at")
    func privilege() throws {
        var lab = try Lab()
        lab.plane.addUser("reader", User(password: "r", privileges: [.systemView]))
        try lab.plane.login(userName: "reader", password: "r")
        let before = lab.plane.tasks.count
        #expect(lab.create() == .call("NoPermission", "VMW-005"))
        #expect(lab.plane.tasks.count == before)
        let vm = lab.vm  // Off already: the state would refuse it too, but only in the task.
        #expect(lab.end { (plane) throws(MethodFault) in try plane.powerOffVM(vm) } == .call("NoPermission", "VMW-005"))
    }

    @Test("VMW-006: an object that does not exist, or not any more, is unknown to the call")
    func unknown() throws {
        var lab = try Lab()
        #expect(
            lab.end { (plane) throws(MethodFault) in try plane.powerOnVM(Moref("vm-99")) }
                == .call("ManagedObjectNotFound", "VMW-006"))
        let snapshot = try lab.snapshot()
        #expect(lab.remove(snapshot) == .success)
        #expect(lab.revert(snapshot) == .call("ManagedObjectNotFound", "VMW-006"))
        #expect(lab.remove(snapshot) == .call("ManagedObjectNotFound", "VMW-006"))
        #expect(
            MethodFault(.managedObjectNotFound(object: "vm-99")).message
                == "The object 'vm-99' has already been deleted or has not been completely created")
    }
}
