public import Units

/// A time in which the database cannot be reached, for health reports and log lines.
public struct Outage: Sendable {
    /// When an attempt to connect first failed.
    public let since: Timestamp
    /// What libpq or the server says about the last attempt. Names host and user, no password.
    public internal(set) var reason: String

    /// The reason in one line.
    public var line: String {
        reason.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    }
}
