public import Postgres
import Units

extension Catalogue {
    /// Lets a model be used, or not, on every server within seconds. What runs goes on.
    public static func setEnabled(
        _ enabled: Bool, _ name: String, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> String {
        let id = try modelID(name, in: transaction)
        let changed = try transaction.execute(
            "update model set enabled = \(enabled) where id = \(id) and enabled <> \(enabled)")
        if changed > 0 {
            try AuditEvent.record(
                enabled ? "model.enabled" : "model.disabled", on: id, account: nil,
                details: AuditEvent.changes(
                    [("enabled", .bool(!enabled))], [("enabled", .bool(enabled))]), by: actor,
                in: transaction)
        }
        return id
    }

    /// The id of a model by any of its names, disabled ones too, or a refusal.
    public static func modelID(
        _ name: String, in transaction: borrowing Transaction
    ) throws -> String {
        let found = try transaction.first(
            "select model from model_name where name = \(name.lowercased())"
        ) { row -> String in try row.next() }
        guard let found else {
            throw Refusal(.notFound, "There is no model '\(name.prefix(100))'.", field: "model")
        }
        return found
    }
}
