import Postgres
import Gateway
import Units

extension Command {
    static let modelsList = Command(
        "models list", "list what is sold, with the price in force", []
    ) { session in
        let now = session.clock.now
        let catalogue = try await session.database.read { try Catalogue.load(in: $0) }
        return .list(
            ["id", "name", "provider", "price", "unit", "price_version", "released_on"],
            catalogue.models.map { model in
                let price = model.endpoint?.price(at: now)
                let lines = price?.lines ?? []
                return [
                    .string(model.id), .string(model.name),
                    .optional(model.endpoint?.provider, JSON.string),
                    .optional(lines.first) { .credits($0.amount) },
                    .optional(lines.first) { .string($0.unit.rawValue) },
                    .optional(price?.version) { .int(Int64($0)) },
                    .string(model.releasedOn.description),
                ]
            })
    }
}
