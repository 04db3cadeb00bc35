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

    /// The wallet that a caller pays from.
    func wallet(of caller: Key.Standing) async throws -> Wallet {
        try await database.read(as: caller.account) { try Self.wallet(of: caller, in: $0) }
    }

    static func wallet(
        of caller: Key.Standing, in transaction: borrowing Transaction
    ) throws -> Wallet {
        let name = Wallet.Name(account: caller.account, mode: caller.mode)
        guard let wallet = try Wallet.find(name, in: transaction) else {
            throw Refusal(.notFound, "This account has no \(caller.mode.rawValue) wallet.")
        }
        return wallet
    }

    /// The same, with the sums of its life.
    func funding(of caller: Key.Standing) async throws -> (Funding, Wallet) {
        try await database.read(as: caller.account) { transaction in
            let wallet = try Self.wallet(of: caller, in: transaction)
            return (try Funding.of(wallet, in: transaction), wallet)
        }
    }

    /// `GET /v1/balance`: the wallet that this key pays from.
    func balance(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let wallet = try await wallet(of: caller)
        return .json(
            .object([
                ("mode", .string(caller.mode.rawValue)), ("currency", .string("USD")),
                ("posted", .credits(wallet.posted)), ("held", .credits(wallet.held)),
                ("credit_limit", .credits(wallet.creditLimit)),
                ("available", .credits(wallet.available)),
            ]))
    }
}
