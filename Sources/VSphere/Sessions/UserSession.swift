package import LabCore

/// One login of a user; it dies when it is idle for too long.
package struct UserSession: Hashable, Sendable {
    /// The public name of the session, which other users may see.
    package let key: String
    /// The secret that stands in the client's cookie; never the ``key``.
    ///
    /// Rule: VMW-003.
    package let cookie: String
    /// Who logged in.
    package let userName: String
    /// When.
    package let loginTime: Instant
    /// The last call that was made in it.
    package internal(set) var lastActiveTime: Instant

    /// Whether the session has been idle for longer than `limit`.
    ///
    /// Rule: VMW-002.
    package func isDead(at now: Instant, idleLimit limit: Duration) -> Bool { now - lastActiveTime >= limit }
}

/// Somebody who may log in.
package struct User: Hashable, Sendable {
    /// What he logs in with.
    package var password: String
    /// What he may do; nothing for everything.
    package var privileges: Set<Privilege>?

    /// Makes a user; without more he may do everything.
    package init(password: String, privileges: Set<Privilege>? = nil) {
        self.password = password
        self.privileges = privileges
    }
}
