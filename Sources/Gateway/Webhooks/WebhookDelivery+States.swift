public import Postgres
public import Units

extension WebhookDelivery {
    /// How the deliveries to the addresses that these generations' requests named stand.
    public static func states(
        of generations: [ID<Generation>], account: ID<Account>,
        in transaction: borrowing Transaction
    ) throws -> [ID<Generation>: State] {
        let rows = try transaction.rows(
            """
            select generation_id, state from webhook_delivery
            where account_id = \(account) and generation_id = any(\(generations))
                and endpoint_id = \(WebhookEndpoint.ofTheRequest)
            """
        ) { row in
            let id: ID<Generation> = try row.next()
            return (id, State(rawValue: try row.next()) ?? .pending)
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
}
