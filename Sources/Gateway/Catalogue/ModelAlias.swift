public import Postgres
public import Units

/// A name that an operator has given to a model, for clients that cannot be told another.
public struct ModelAlias: Sendable {
    public let name: String
    /// The model's id.
    public let model: String
    public let setAt: Timestamp

    /// Characters of a name. A header tells of it, so it is of ASCII without blanks.
    private static let nameMax = 200

    /// All of them, in order.
    public static func all(in transaction: borrowing Transaction) throws -> [ModelAlias] {
        try transaction.rows("select name, model, set_at from model_alias order by name") { row in
            ModelAlias(name: try row.next(), model: try row.next(), setAt: try row.next())
        }
    }

    /// Has `name` mean the model that `model` names, on every server within seconds.
    ///
    /// A model of that name which is on sale is not hidden by it: that is refused. One that has been
    /// retired or disabled may be.
    public static func set(
        _ name: String, to model: String, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> ModelAlias {
        let name = name.lowercased()
        guard (1...nameMax).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7F && $0 != UInt8(ascii: "'") })
        else {
            throw Refusal(
                .invalidValue, "An alias has 1 to \(nameMax) characters of ASCII without blanks.",
                field: "alias")
        }
        try Catalogue.lock(in: transaction)
        let catalogue = try Catalogue.load(in: transaction)
        if let hidden = catalogue.model(id: name), hidden.isOnSale(at: actor.now) {
            throw Refusal(
                .conflict,
                "'\(name)' is a name of '\(hidden.id)', which is on sale: disable it first.",
                field: "alias")
        }
        let id = try Catalogue.modelID(model, in: transaction)
        guard catalogue.model(id: id)?.isOnSale(at: actor.now) == true else {
            throw Refusal(
                .conflict, "The model '\(id)' is not on sale, so no name can mean it.",
                field: "model")
        }
        let before = try all(in: transaction).first { $0.name == name }
        try transaction.send(
            """
            insert into model_alias (name, model, set_at) values (\(name), \(id), \(actor.now))
            on conflict (name) do update set model = excluded.model, set_at = excluded.set_at
            """)
        if before?.model != id {
            try AuditEvent.record(
                "model.alias_set", on: name, account: nil,
                details: AuditEvent.changes(
                    before.map { [("model", .string($0.model))] }, [("model", .string(id))]),
                by: actor, in: transaction)
        }
        return ModelAlias(name: name, model: id, setAt: actor.now)
    }

    /// Takes a name away again; a refusal where there is none.
    public static func remove(
        _ name: String, by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws {
        let name = name.lowercased()
        let model = try transaction.first(
            "delete from model_alias where name = \(name) returning model"
        ) { row -> String in try row.next() }
        guard let model else {
            throw Refusal(
                .notFound, "There is no alias '\(name.prefix(100))'.", field: "alias")
        }
        try AuditEvent.record(
            "model.alias_removed", on: name, account: nil,
            details: AuditEvent.changes([("model", .string(model))], nil), by: actor,
            in: transaction)
    }
}

extension Catalogue.Model {
    /// Whether anybody could buy of it.
    fileprivate func isOnSale(at now: Timestamp) -> Bool {
        life.state(at: now) != .retired
            && endpoints.contains { $0.price(at: now) != nil && $0.capabilities != nil }
    }
}
