import Gateway
import HTTP
import Ledger
import Postgres
import Units

extension Application {
    /// `GET /v1/credits`, dialect (a): dollars as texts with four decimals. With `by_api_key=true`
    /// also what each key has used.
    func imageRouterCredits(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(request.query, known: ["by_api_key"])
        let (funding, wallet) = try await funding(of: caller)
        var members: [(String, JSON)] = [
            ("remaining_credits", .string(Credit.text(wallet.available, .down))),
            ("credit_usage", .string(Credit.text(funding.spent, .up))),
            ("total_deposits", .string(Credit.text(funding.given, .down))),
        ]
        if query.text("by_api_key") == "true" {
            members.append(("usage_by_api_key", .array(try await usageByKey(caller))))
        }
        return .json(.object(members))
    }

    /// Keys told of, at most: the oldest ones.
    private static let keysMax = 1000

    private func usageByKey(_ caller: Key.Standing) async throws -> [JSON] {
        let now = clock.now
        let (keys, usage) = try await database.read(as: caller.account) { transaction in
            (
                try Key.list(
                    of: caller.account, after: nil, limit: Self.keysMax, in: transaction),
                try KeyUsage.list(of: caller.account, at: now, in: transaction)
            )
        }
        let used = Dictionary(usage.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        return keys.filter { $0.mode == caller.mode }.map { key in
            let isExpired = key.expiresAt.map { $0 <= now } ?? false
            return .object([
                ("api_key_id", .id(key.id)), ("api_key_name", .string(key.name)),
                ("credit_usage", .string(Credit.text(used[key.id]?.total ?? .zero, .up))),
                ("total_requests", .int(used[key.id]?.generations ?? 0)),
                ("created_at", .time(key.createdAt)),
                ("is_active", .bool(key.revokedAt == nil && !isExpired)),
            ])
        }
    }

    /// `POST /v1/auth/test`, dialect (a): the key is good, and this is what it can spend.
    func imageRouterAuthTest(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let (_, wallet) = try await funding(of: caller)
        return .json(
            .object([
                ("success", .bool(true)),
                ("credits", .int(Credit.count(wallet.available, .down))),
            ]))
    }
}

/// A credit of dialect (a): a ten-thousandth of a dollar.
private enum Credit {
    enum Rounding {
        case up, down
    }

    private static let perDollar: Int64 = 10_000
    private static let nanodollars = Credits.nanodollarsPerDollar / perDollar

    /// Whole credits in `amount`. What can be spent is rounded down, what was spent up.
    static func count(_ amount: Credits, _ rounding: Rounding) -> Int64 {
        let (whole, rest) = amount.nanodollars.quotientAndRemainder(dividingBy: nanodollars)
        switch rounding {
        case .up: return rest > 0 ? whole + 1 : whole
        case .down: return rest < 0 ? whole - 1 : whole
        }
    }

    /// Dollars with four decimals.
    static func text(_ amount: Credits, _ rounding: Rounding) -> String {
        let count = count(amount, rounding)
        let (dollars, rest) = count.magnitude.quotientAndRemainder(
            dividingBy: UInt64(perDollar))
        let digits = String(rest)
        let padding = String(repeating: "0", count: 4 - digits.utf8.count)
        return (count < 0 ? "-" : "") + "\(dollars).\(padding)\(digits)"
    }
}
