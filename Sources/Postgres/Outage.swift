public import Units

/// A time in which the database cannot be reached, for health reports and log lines.
public struct Outage: Sendable {
    /// When an attempt to connect first failed.
    public let since: Timestamp
    /// What libpq or the server says about the last attempt. Names host and user, no password.
    public internal(set) var reason: String
}
