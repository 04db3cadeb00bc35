import Gateway
import HTTP
import Ledger
import Postgres
import Units

extension Application {
    /// `GET /api/v1/key`, dialect (d): what this key has spent and what it may spend. Its client wants
    /// every member.
    func openRouterKey(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let now = clock.now
        let (key, usage, budgets) = try await database.read(as: caller.account) { transaction in
            (
                try Key.find(caller.id, of: caller.account, in: transaction),
                try KeyUsage.list(of: caller.account, key: caller.id, at: now, in: transaction)
                    .first, try Budget.list(of: caller, at: now, in: transaction)
            )
        }
        func credits(_ part: KeyPath<KeyUsage, Credits>) -> JSON {
            .credits(usage?[keyPath: part] ?? .zero)
        }
        // Its client knows one limit of a key: the one that says no first.
        let own = budgets.filter(\.isOfKey).min { $0.left < $1.left }
        let effective = budgets.min { $0.left < $1.left }
        let administers = caller.scopes.contains(.adminKeys)
        return .json(
            .object([
                (
                    "data",
                    .object(
                        [
                            ("label", .string(key.hint)), ("usage", credits(\.total)),
                            ("usage_daily", credits(\.day)), ("usage_weekly", credits(\.week)),
                            ("usage_monthly", credits(\.month)),
                            ("limit", .optional(own) { .credits($0.cap) }),
                            ("limit_remaining", .optional(own) { .credits(max(.zero, $0.left)) }),
                            ("limit_reset", .optional(own) { .string($0.window.interval) }),
                            ("budgets", .array(budgets.map(\.json))),
                            ("effective_budget", .optional(effective, \.json)),
                            ("is_free_tier", .bool(caller.mode == .test)),
                            ("is_management_key", .bool(administers)),
                            ("is_provisioning_key", .bool(administers)),
                            ("expires_at", .optional(key.expiresAt, JSON.time)),
                        ] + Self.notHere)
                )
            ]))
    }

    /// What OpenRouter's keys have and ours do not: other people's keys, members, workspaces.
    private static var notHere: [(String, JSON)] {
        let zeros = [
            "byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly",
        ].map { ($0, JSON.int(0)) }
        let nulls = ["creator_user_id", "organization_id", "workspace_id"].map { ($0, JSON.null) }
        return zeros + nulls + [
            ("include_byok_in_limit", .bool(false)),
            ("allowed_data_regions", .array([.string("global")])),
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

extension Budget.Window {
    fileprivate var interval: String {
        switch self {
        case .day: "daily"
        case .month: "monthly"
        }
    }
}

extension Budget {
    /// A budget as OpenRouter's client reads it: an account is its workspace.
    fileprivate var json: JSON {
        .object([
            ("scope", .string(isOfKey ? "key_limit" : "workspace")), ("limit_usd", .credits(cap)),
            ("spend_usd", .credits(spent)), ("remaining_usd", .credits(left)),
            ("reset_interval", .string(window.interval)), ("resets_at", .time(resetsAt)),
            ("include_byok", .bool(false)), ("budget_id", .null), ("guardrail_id", .null),
        ])
    }
}
