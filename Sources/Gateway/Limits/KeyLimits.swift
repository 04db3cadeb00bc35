import Postgres
import Signing
import Units

/// What limits a key: its own limits, and those of its account under its plan.
package struct KeyLimits: Sendable {
    let own: Limits
    let account: Limits

    package init(own: Limits, account: Limits) {
        self.own = own
        self.account = account
    }

    /// The limits of keys that have any, themselves or through their accounts. Queued.
    static func find(
        _ keys: [Key.Standing], in transaction: borrowing Transaction
    ) throws -> Pending<(key: ID<Key>, limits: KeyLimits)> {
        try transaction.send(
            columns
                + """
                 from unnest(\(keys.map(\.account)), \(keys.map(\.id))) as t (account_id, id)
                join api_key k on k.account_id = t.account_id and k.id = t.id
                join account a on a.id = t.account_id
                join plan p on p.name = a.plan
                """
        ) { row in
            let key: ID<Key> = try row.next()
            let own = try Limits(&row)
            let account = try Limits(&row)
            return (key, KeyLimits(own: own, account: account.or(try Limits(&row))))
        }
    }

    private static let columns: SQL = {
        var columns: SQL = "select k.id"
        for table in ["k", "a", "p"] {
            for field in Limits.Field.allCases {
                columns += ", \(identifier: table).\(identifier: field.rawValue)"
            }
        }
        return columns
    }()
}
