import Postgres
import Signing
import Gateway
import HTTP
import Ledger
import Units

extension Application {
    /// Who asks, when it may ask for `scope`.
    func caller(of request: Request, for scope: Key.Scope) async throws -> Key.Standing {
        let key = try Credential.key(of: request).hash(pepper: pepper)
        return try await keys.authenticate(key, for: scope)
    }

    /// `GET /v1/balance`: the wallet that this key pays from.
    func balance(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let name = Wallet.Name(account: caller.account, mode: caller.mode)
        let wallet = try await database.read { try Wallet.find(name, in: $0) }
        guard let wallet else {
            throw Refusal(.notFound, "This account has no \(caller.mode.rawValue) wallet.")
        }
        return .json(
            .object([
                ("mode", .string(caller.mode.rawValue)), ("currency", .string("USD")),
                ("posted", .credits(wallet.posted)), ("held", .credits(wallet.held)),
                ("credit_limit", .credits(wallet.creditLimit)),
                ("available", .credits(wallet.available)),
            ]))
    }
}
