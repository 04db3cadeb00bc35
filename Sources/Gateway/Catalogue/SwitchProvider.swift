public import Postgres
import Providers
public import Units

/// A provider that an operator has taken out of use.
public struct DisabledProvider: Sendable {
    public let since: Timestamp
    public let reason: String

    /// All of them, by name.
    public static func all(
        in transaction: borrowing Transaction
    ) throws -> [String: DisabledProvider] {
        let rows: [(String, DisabledProvider)] = try transaction.rows(
            "select provider, disabled_at, reason from disabled_provider"
        ) { row in
            (
                try row.next(),
                DisabledProvider(since: try row.next(), reason: try row.next())
            )
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
}

extension Catalogue {
    /// Lets a provider be asked, or not, on every server within seconds. Work that it has accepted is
    /// asked for until it ends.
    public static func setProvider(
        _ name: String, enabled: Bool, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        try checkProvider(name, in: transaction)
        let changed =
            enabled
            ? try transaction.execute("delete from disabled_provider where provider = \(name)")
            : try transaction.execute(
                """
                insert into disabled_provider (provider, disabled_at, reason)
                values (\(name), \(actor.now), \(actor.reason ?? ""))
                on conflict do nothing
                """)
        if changed > 0 {
            try AuditEvent.record(
                enabled ? "provider.enabled" : "provider.disabled", on: name, account: nil,
                details: AuditEvent.changes(
                    [("enabled", .bool(!enabled))], [("enabled", .bool(enabled))]), by: actor,
                in: transaction)
        }
    }

    /// Refuses the name of a provider that there is none of.
    static func checkProvider(_ name: String, in transaction: borrowing Transaction) throws {
        let sells = try transaction.execute(
            "select from model_endpoint where provider = \(name) limit 1")
        guard sells > 0 || Vendor.named(name) != nil else {
            throw Refusal(
                .notFound,
                "There is no provider '\(name.prefix(100))': there are \(Vendor.all.map(\.name).listed).",
                field: "provider")
        }
    }
}
