import Postgres
import Signing
import Gateway
import HTTP
import Ledger
import Units

extension Application {
    /// Who asks, when it may ask for `scope` and has not asked too often.
    func caller(of request: Request, for scope: Key.Scope) async throws -> Key.Standing {
        try await withKey(of: request) { key in
            try doorkeeper.read(by: key.hash)
            return try await keys.authenticate(key.hash, for: scope)
        }
    }

    /// The wallet that a caller pays from, as it is now.
    func wallet(of caller: Key.Standing) async throws -> Wallet {
        let now = clock.now
        return try await database.read(as: caller.account) {
            try Self.balance(of: caller, at: now, in: $0).wallet
        }
    }

    static func balance(
        of caller: Key.Standing, lots: Balance.Lots = .none, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> Balance {
        let name = Wallet.Name(account: caller.account, mode: caller.mode)
        guard let balance = try Balance.find(name, lots: lots, at: now, in: transaction) else {
            throw Refusal(.notFound, "This account has no \(caller.mode.rawValue) wallet.")
        }
        return balance
    }

    /// The same, with the sums of its life.
    func funding(of caller: Key.Standing) async throws -> (Funding, Wallet) {
        let now = clock.now
        return try await database.read(as: caller.account) { transaction in
            let balance = try Self.balance(of: caller, at: now, in: transaction)
            let funding = try Funding.of(
                balance.wallet, less: balance.expired, in: transaction)
            return (funding, balance.wallet)
        }
    }

    /// Lots told of, at most: the ones that expire soonest.
    private static let lotsMax = 100

    /// `GET /v1/balance`: the wallet that this key pays from, and what of it expires when.
    func balance(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let now = clock.now
        let balance = try await database.read(as: caller.account) {
            try Self.balance(of: caller, lots: .expiring, at: now, in: $0)
        }
        let wallet = balance.wallet
        // In the order of spending, so the soonest is first.
        let expiring = balance.lots.filter { $0.expiresAt.map { $0 > now } ?? false }
        return .json(
            .object([
                ("mode", .string(caller.mode.rawValue)), ("currency", .string("USD")),
                ("posted", .credits(wallet.posted)), ("held", .credits(wallet.held)),
                ("credit_limit", .credits(wallet.creditLimit)),
                ("available", .credits(wallet.available)),
                ("next_expiry", .optional(expiring.first?.expiresAt, JSON.time)),
                (
                    "expiring",
                    .array(
                        expiring.prefix(Self.lotsMax).map { lot in
                            .object([
                                ("kind", .string(lot.kind.rawValue)), ("left", .credits(lot.left)),
                                ("expires_at", .optional(lot.expiresAt, JSON.time)),
                            ])
                        })
                ),
            ]))
    }
}
