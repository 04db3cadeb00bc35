import Gateway
import HTTP
import Ledger
import Postgres
import Units

extension Application {
    /// `GET /v2/me`: whose key this is, and what it can spend.
    func v2Me(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let now = clock.now
        let (account, key, plan, balance) = try await database.read(as: caller.account) {
            transaction in
            (
                try Account.find(caller.account, in: transaction),
                try Key.find(caller.id, of: caller.account, in: transaction),
                try Account.limits(of: caller.account, in: transaction).plan,
                try Self.balance(of: caller, at: now, in: transaction).wallet
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
                        ("credits", .int(V2Job.spendable(balance.available))),
                        ("credits_usd", .credits(balance.available)),
                        ("plan", .string(plan)), ("customerId", .null),
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
}
