/// Who a transaction is to the database: what it may see and do follows from that.
///
/// Compiling statements is turned off with it: ours are short, and on a grown account the planner's
/// estimates are high enough for PostgreSQL to spend seconds on compiling what runs for milliseconds.
///
/// Taken on with its `begin`, without a round trip, and gone with its end: a pooler between may
/// hand the connection to anybody afterwards. The login must be a member of the role.
public struct Role: Sendable {
    let opening: [SQL]

    /// The role `name`.
    public init(_ name: String) {
        // Not by `set_config`, which is a query: what sets the isolation level comes before any.
        opening = ["set local role \(identifier: name)", "set local jit = off"]
    }

    /// The role `name`, with one variable of the session that its policies read.
    public init(_ name: String, setting variable: String, to value: String) {
        opening = [
            """
            select set_config('role', \(name), true), set_config('jit', 'off', true),
                set_config(\(variable), \(value), true)
            """
        ]
    }
}
