import Gateway
import Postgres
import Units

/// Names of models that an operator gives, for clients that cannot be told another.
extension Command {
    private static let alias: Option = .operand(
        "alias", "ALIAS", "such as dall-e-2; `default` is what is made when no model is named")
    private static let reason: Option = .optional("reason", "WHY", "for the audit log")

    static let modelsAliasList = Command(
        "models alias list", "list names that were given here, with the models they mean", []
    ) { session in
        let aliases = try await session.database.read { try ModelAlias.all(in: $0) }
        return .list(
            ["alias", "model", "set_at"],
            aliases.map { [.string($0.name), .string($0.model), .time($0.setAt)] })
    }

    static let modelsAliasSet = Command(
        "models alias set",
        "have a name mean a model; the name's own model, if any, is not on sale",
        [alias, .operand("model", "MODEL", "its id, author/id or an alias"), reason]
    ) { session in
        let (name, model) = (session.options.needed("alias"), session.options.needed("model"))
        let actor = session.actor
        let alias = try await session.database.transaction {
            try ModelAlias.set(name, to: model, by: actor, in: $0)
        }
        return .record([("alias", .string(alias.name)), ("model", .string(alias.model))])
    }

    static let modelsAliasRemove = Command(
        "models alias remove", "take such a name away", [alias, reason]
    ) { session in
        let name = session.options.needed("alias")
        let actor = session.actor
        try await session.database.transaction {
            try ModelAlias.remove(name, by: actor, in: $0)
        }
        return .record([("alias", .string(name)), ("removed", .bool(true))])
    }
}
