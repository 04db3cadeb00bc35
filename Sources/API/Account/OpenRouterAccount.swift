import Gateway
import HTTP
import Ledger
import Postgres
import Units

extension Application {
    /// `GET /api/v1/key`, dialect (d): what this key has spent. Its client wants every member.
    func openRouterKey(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let now = clock.now
        let (key, usage) = try await database.read(as: caller.account) { transaction in
            (
                try Key.find(caller.id, of: caller.account, in: transaction),
                try KeyUsage.list(of: caller.account, key: caller.id, at: now, in: transaction)
                    .first
            )
        }
        func credits(_ part: KeyPath<KeyUsage, Credits>) -> JSON {
            .credits(usage?[keyPath: part] ?? .zero)
        }
        return .json(
            .object([
                (
                    "data",
                    .object(
                        [
                            ("label", .string(key.hint)), ("usage", credits(\.total)),
                            ("usage_daily", credits(\.day)), ("usage_weekly", credits(\.week)),
                            ("usage_monthly", credits(\.month)),
                            ("is_free_tier", .bool(caller.mode == .test)),
                            ("expires_at", .optional(key.expiresAt, JSON.time)),
                        ] + Self.notHere)
                )
            ]))
    }

    /// What OpenRouter's keys have and ours do not: limits of their own, other people's keys.
    private static var notHere: [(String, JSON)] {
        let zeros = [
            "byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly",
        ].map { ($0, JSON.int(0)) }
        let nulls = [
            "limit", "limit_remaining", "limit_reset", "creator_user_id", "organization_id",
            "workspace_id", "effective_budget",
        ].map { ($0, JSON.null) }
        let falses = ["include_byok_in_limit", "is_management_key", "is_provisioning_key"].map {
            ($0, JSON.bool(false))
        }
        return zeros + nulls + falses + [
            ("allowed_data_regions", .array([.string("global")])), ("budgets", .array([])),
            (
                "free_model_daily_requests",
                .object([("limit", .int(0)), ("remaining", .int(0)), ("used", .int(0))])
            ),
            (
                "rate_limit",
                .object([
                    ("interval", .string("10s")), ("note", .string("deprecated")),
                    ("requests", .int(-1)),
                ])
            ),
        ]
    }

    /// `GET /api/v1/credits`, dialect (d): what the wallet was given and what of it is spent.
    func openRouterCredits(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let (funding, _) = try await funding(of: caller)
        return .json(
            .object([
                (
                    "data",
                    .object([
                        ("total_credits", .credits(funding.given)),
                        ("total_usage", .credits(funding.spent)),
                    ])
                )
            ]))
    }
}
