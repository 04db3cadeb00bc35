import Gateway
import HTTP
import Ledger
import Postgres
import Units

extension Application {
    /// `GET /v2/me`: whose key this is, and what it can spend.
    func v2Me(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let wallet = Wallet.Name(account: caller.account, mode: caller.mode)
        let (account, key, balance) = try await database.read { transaction in
            (
                try Account.find(caller.account, in: transaction),
                try Key.find(caller.id, of: caller.account, in: transaction),
                try Wallet.find(wallet, in: transaction)
            )
        }
        return .json(
            .object([
                (
                    "user",
                    .object([
                        ("id", .id(account.id)), ("email", .string(account.email)),
                        ("role", .string("user")),
                    ])
                ),
                (
                    "team",
                    .object([
                        ("id", .id(account.id)), ("name", .string(account.name)),
                        ("credits", .int(V2Job.spendable(balance?.available ?? .zero))),
                        ("credits_usd", .credits(balance?.available ?? .zero)),
                        ("plan", .null), ("customerId", .null),
                    ])
                ),
                (
                    "apiKey",
                    .object([
                        ("id", .id(key.id)), ("name", .string(key.name)),
                        ("prefix", .string(key.hint)),
                    ])
                ),
            ]))
    }

    /// `GET /v2/models`, dialect (e): what can be used, with what an image costs. Asked with a
    /// filter of dialect (a), it answers in that one's shape.
    func v2Models(_ request: Request) async throws -> Response {
        let names = Query.names(in: request.query)
        let isOurs = names.contains("modality") || request.headers["X-API-Key"] != nil
        if !isOurs, !names.isDisjoint(with: ImageRouterModels.filters) {
            let chosen = try ImageRouterModels.chosen(cards, by: request.query)
            return .json(.object(chosen.map { ($0.id, ImageRouterModels.v2JSON($0)) }))
        }
        let query = try Query(request.query, known: ["modality"])
        _ = try query.word("modality", of: ["image"])
        let now = clock.now
        let models = engine.models.compactMap { model -> JSON? in
            guard let price = model.endpoints.lazy.compactMap({ $0.price(at: now) }).first else {
                return nil
            }
            let cost = V2Job.credits(price.cost(of: Work(images: 1)))
            return .object([
                ("id", .string(model.id)), ("label", .string(model.name)),
                ("modality", .string("image")), ("description", .string(model.description)),
                ("costMin", .int(cost)), ("costMax", .int(cost)),
                ("pricingMode", .string("per-output")),
            ])
        }
        return .json(.object([("models", .array(models))]))
    }
}
