public import Postgres
public import Units

extension WebhookDelivery {
    /// How the deliveries about a generation stand.
    public static func states(
        of generation: ID<Generation>, account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> [State] {
        try transaction.rows(
            """
            select state from webhook_delivery
            where account_id = \(account) and generation_id = \(generation) order by id
            """
        ) { State(rawValue: try $0.next()) ?? .pending }
    }
}
