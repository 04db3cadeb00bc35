import Gateway
import HTTP
import Ledger
import Pictures
import Postgres
import Signing
import Units

extension Application {
    /// `POST /v1/image/estimate`: the body of `/v1/image/generate`, answered with what it would
    /// hold, the price lines behind it, and whether the balance covers it. Holds nothing.
    func estimate(_ request: Request) async throws -> Response {
        try await whileNamingStrangers(request) { key in
            try doorkeeper.read(by: key.hash)
            let (estimate, caller) = try await withSubmission(
                of: request, from: key, claiming: false
            ) { sent in
                let asked = try ImaRouterBody(sent.fields).request
                // Before pictures are fetched: a stranger has us call nobody.
                let caller: Key.Standing =
                    if let known = sent.caller { known } else {
                        try await keys.authenticate(key.hash, for: .generate)
                    }
                return (try await engine.estimate(asked, in: key.mode), caller)
            }
            let available = try await wallet(of: caller).available
            return .json(
                .object(
                    estimate.members + [
                        ("mode", .string(caller.mode.rawValue)),
                        ("available", .credits(available)),
                        ("covered", .bool(available >= estimate.hold)),
                        ("missing", .credits(max(.zero, estimate.hold - available))),
                    ]))
        }
    }
}

extension Estimate {
    fileprivate var members: [(String, JSON)] {
        [
            ("model", .string(model)), ("provider", .string(provider)), ("n", .int(n)),
            ("width", .int(size.width)), ("height", .int(size.height)),
            ("hold_usd", .credits(hold)), ("price_version", .int(Int64(priceVersion))),
            ("lines", .array(charges.map(\.json))),
        ]
    }
}

extension Price.Charge {
    fileprivate var json: JSON {
        .object([
            ("billable", .string(line.billable.rawValue)), ("unit", .string(line.unit.rawValue)),
            ("variant", .optional(line.variant, JSON.string)),
            ("estimate", .bool(line.isEstimate)), ("cost_usd", .credits(amount)),
            ("count", .int(count)), ("total_usd", .credits(total)),
        ])
    }
}
