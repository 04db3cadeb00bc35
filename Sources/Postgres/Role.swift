/// Who a transaction is to the database: what it may see and do follows from that.
///
/// Taken on with its `begin`, without a round trip, and gone with its end: a pooler between may
/// hand the connection to anybody afterwards. The login must be a member of the role.
public struct Role: Sendable {
    let opening: SQL

    /// The role `name`.
    public init(_ name: String) {
        opening = "set local role \(identifier: name)"
    }

    /// The role `name`, with one variable of the session that its policies read.
    public init(_ name: String, setting variable: String, to value: String) {
        opening = """
            select set_config('role', \(name), true), set_config(\(variable), \(value), true)
            """
    }
}
