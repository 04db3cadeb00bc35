import Gateway
import HTTP
import Ledger
import Units

/// What happened to the money, the same in every dialect, job and webhook.
struct Receipt {
    let held: Credits
    let captured: Credits
    let released: Credits
    let priceVersion: Int32
    let posting: ID<Posting>?
    let notices: [String]
    let credentials: ContentCredentials?

    var json: JSON {
        .object(
            [
                ("held", .credits(held)), ("captured", .credits(captured)),
                ("released", .credits(released)), ("price_version", .int(Int64(priceVersion))),
                ("posting_ids", .array(posting.map { [.id($0)] } ?? [])),
            ] + (notices.isEmpty ? [] : [("notices", .array(notices.map(JSON.string)))])
                + (credentials.map { [("content_credentials", .string($0.rawValue))] } ?? []))
    }
}

extension FinishedGeneration {
    var receipt: Receipt {
        Receipt(
            held: money.held, captured: money.captured, released: money.released,
            priceVersion: priceVersion, posting: money.posting, notices: notices,
            credentials: report.credentials)
    }
}

extension GenerationLine {
    /// While it has not ended, all of it is held.
    var receipt: Receipt {
        Receipt(
            held: held, captured: captured, released: endedAt == nil ? .zero : held - captured,
            priceVersion: priceVersion, posting: posting, notices: request?.notices ?? [],
            credentials: report.credentials)
    }
}

extension Response {
    /// The same with which model made it, and what its caller is told beside the answer.
    func noting(model: String, _ notices: [String]) -> Response {
        var response = self
        response.headers.add("X-Atelier-Model", model)
        if !notices.isEmpty {
            response.headers.add("X-Atelier-Notice", notices.joined(separator: " "))
        }
        return response
    }
}
