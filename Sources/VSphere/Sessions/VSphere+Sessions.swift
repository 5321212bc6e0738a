import HashTreeCollections
package import LabCore

extension VSphere {
    /// Opens a session and makes it the caller's.
    ///
    /// `Login`.
    ///
    /// - Throws: `InvalidLogin` for an unknown user or a wrong password.
    @discardableResult
    package mutating func login(userName: String, password: String) throws(MethodFault) -> UserSession {
        guard users[userName]?.password == password else { throw MethodFault(.invalidLogin, rule: "VMW-004") }
        let session = UserSession(
            key: "52" + world.names.hexadecimal(digits: 30), cookie: world.names.hexadecimal(digits: 40),
            userName: userName, loginTime: now, lastActiveTime: now)
        sessions[session.cookie] = session
        caller = session.cookie
        return session
    }

    /// Ends the caller's session.
    ///
    /// `Logout`.
    package mutating func logout() throws(MethodFault) {
        let session = try currentSession()
        sessions[session.cookie] = nil
        caller = nil
    }

    /// The caller's session, if it lives.
    package func currentSession() throws(MethodFault) -> UserSession {
        guard let caller, let session = sessions[caller],
            !session.isDead(at: now, idleLimit: settings.sessionIdleLimit)  // Rule: VMW-002.
        else { throw MethodFault(.notAuthenticated(object: "ServiceInstance"), rule: "VMW-001") }
        return session
    }

    /// The time on the server.
    ///
    /// `CurrentTime`.
    package mutating func currentTime() throws(MethodFault) -> Instant {
        try touchSession()
        return now
    }

    /// Counts a call as activity of the caller's session, and drops the session when it is dead.
    mutating func touchSession() throws(MethodFault) {
        do throws(MethodFault) {
            var session = try currentSession()
            session.lastActiveTime = now
            sessions[session.cookie] = session
        } catch {
            if let caller { sessions[caller] = nil }
            throw error
        }
    }

    /// Refuses a caller who lacks `privilege` on `object`.
    ///
    /// Rule: VMW-005.
    func authorize(_ privilege: Privilege, on object: String) throws(MethodFault) {
        let user = users[try currentSession().userName]
        guard let held = user?.privileges, !held.contains(privilege) else { return }
        throw MethodFault(.noPermission(object: object, privilege: privilege), rule: "VMW-005")
    }
}
