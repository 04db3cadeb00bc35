import HTTP
import Units

/// How an error is told: each dialect has its own body, and some their own words and statuses.
enum ErrorShape: Sendable {
    /// `/v1/openai/*`: ImageRouter's words in OpenAI's body.
    case imageRouter
    /// `/v1/images/*`: OpenAI's own.
    case openAI
    /// `/v1/image/*`: OpenAI's body inside problem details.
    case imaRouter
    /// `/v2/*`: the job API's own.
    case jobs
    /// `/api/v1/*`: OpenRouter's.
    case openRouter
    /// Everywhere else: RFC 9457.
    case problem
}

extension Response {
    /// The answer that says no.
    static func refusing(_ refusal: Refusal, as shape: ErrorShape) -> Response {
        refusing(refusal, in: shape.words(for: refusal.kind), as: shape)
    }

    /// What is further away is no reason for a client to wait and try again by itself.
    private static let longestRetry: Duration = .seconds(60)

    /// The same in words of its own.
    static func refusing(
        _ refusal: Refusal, in words: ErrorWords, as shape: ErrorShape
    ) -> Response {
        var response = Response(words.status, headers: ["Content-Type": shape.mediaType])
        switch shape {
        case .imageRouter, .openAI:
            response.body = .bytes(
                JSON.object([("error", refusal.openAIError(words, in: shape))]).bytes)
        case .imaRouter:
            let members =
                refusal.problem(words) + [("error", refusal.openAIError(words, in: shape))]
            response.body = .bytes(JSON.object(members).bytes)
        case .jobs:
            response.body = .bytes(JSON.object(refusal.jobError(words)).bytes)
        case .openRouter:
            response.body = .bytes(
                OpenRouterError.body(refusal, words, figures: refusal.figures).bytes)
        case .problem:
            response.body = .bytes(JSON.object(refusal.problem(words)).bytes)
        }
        if let wait = refusal.retryAfterSeconds {
            response.headers["Retry-After"] = "\(wait)"
        }
        if let wait = refusal.retryAfter, wait < .seconds(1) {
            // OpenAI's clients prefer it.
            response.headers["retry-after-ms"] = "\(max(1, (wait.microseconds + 999) / 1000))"
        }
        // The clients that retry by status would repeat what cannot pass.
        if [.insufficientCredits, .outcomeUnknown, .answerNotKept, .modelNotServed].contains(
            refusal.kind)
            // The vendor may have done the work.
            || (refusal.kind == .providerFailed && refusal.retryAfter == nil)
            // Not in the moments that a client waits.
            || (refusal.kind == .unavailable && refusal.retryAfter == nil)
            || (refusal.kind == .rateLimited
                && refusal.retryAfter.map { $0 > longestRetry } ?? true)
        {
            response.headers["x-should-retry"] = "false"
        }
        if refusal.field == ContentCoding.field {
            response.headers["Accept-Encoding"] = ContentCoding.accepted
        }
        if words.status == .unauthorized {
            response.headers["WWW-Authenticate"] = "Bearer realm=\"atelier\""
        }
        return response
    }
}

extension ErrorShape {
    /// The type of its body. Under any other OpenRouter's client does not tell one error from another.
    var mediaType: String {
        switch self {
        case .imageRouter, .openAI, .jobs, .openRouter: "application/json"
        case .imaRouter, .problem: "application/problem+json"
        }
    }
}

/// What a refusal is called in one dialect.
struct ErrorWords {
    let status: Status
    let type: String
    let code: String?
}

extension ErrorShape {
    /// Total: a new reason to say no does not compile until it has a status.
    func words(for kind: Refusal.Kind) -> ErrorWords {
        if self == .openRouter { return OpenRouterError.words(for: kind) }
        let openAI = Self.openAIWords(for: kind)
        switch (self, kind) {
        case (.imageRouter, .keyMissing), (.imageRouter, .keyInvalid), (.imageRouter, .keyRevoked),
            (.imageRouter, .keyExpired):
            return ErrorWords(status: .unauthorized, type: "unauthorized", code: openAI.code)
        case (.imageRouter, .insufficientCredits):
            return ErrorWords(
                status: .paymentRequired, type: "insufficient_credits", code: openAI.code)
        case (.imageRouter, .modelNotFound), (.imageRouter, .modelRetired),
            (.imageRouter, .modelNotServed):
            return ErrorWords(status: .badRequest, type: openAI.type, code: openAI.code)
        case (.imageRouter, _) where openAI.status.rawValue >= 500:
            return ErrorWords(status: openAI.status, type: "internal_error", code: openAI.code)
        case (.imageRouter, .scopeMissing), (.imageRouter, .accountSuspended),
            (.imageRouter, .modelNotAllowed):
            return ErrorWords(status: .forbidden, type: "access_denied", code: openAI.code)
        case (.jobs, .modelNotFound), (.jobs, .modelRetired), (.jobs, .modelNotServed):
            return ErrorWords(status: .badRequest, type: openAI.type, code: openAI.code)
        case (.problem, .modelRetired):
            return ErrorWords(status: .gone, type: openAI.type, code: openAI.code)
        case (.imaRouter, .insufficientCredits):
            return ErrorWords(
                status: .paymentRequired, type: "insufficient_funds", code: "insufficient_balance")
        default:
            return openAI
        }
    }

    private static func openAIWords(for kind: Refusal.Kind) -> ErrorWords {
        func invalid(_ status: Status, _ code: String?) -> ErrorWords {
            ErrorWords(status: status, type: "invalid_request_error", code: code)
        }
        func server(_ status: Status, _ code: String?) -> ErrorWords {
            ErrorWords(status: status, type: "server_error", code: code)
        }
        switch kind {
        case .malformedBody: return invalid(.badRequest, nil)
        case .missingParameter: return invalid(.badRequest, "missing_required_parameter")
        case .invalidValue: return invalid(.badRequest, "invalid_value")
        case .unknownParameter: return invalid(.badRequest, "unknown_parameter")
        case .unsupportedParameter: return invalid(.badRequest, "unsupported_parameter")
        case .bodyTooLarge: return invalid(.contentTooLarge, "request_too_large")
        case .bodyTimedOut: return invalid(.requestTimeout, "request_timeout")
        case .unsupportedMediaType: return invalid(.unsupportedMediaType, "unsupported_media_type")
        case .keyMissing, .keyInvalid, .keyRevoked, .keyExpired:
            return invalid(.unauthorized, "invalid_api_key")
        case .scopeMissing, .accountSuspended, .modelNotAllowed:
            return ErrorWords(status: .forbidden, type: "permission_error", code: kind.rawValue)
        case .notFound: return invalid(.notFound, nil)
        case .methodNotAllowed: return invalid(.methodNotAllowed, nil)
        // At OpenAI a model that is gone was never there; the sentence names its replacement.
        case .modelNotFound, .modelRetired: return invalid(.notFound, "model_not_found")
        case .modelWithoutPrice: return invalid(.badRequest, "model_not_supported")
        case .modelNotServed: return invalid(.notFound, "model_not_served")
        case .insufficientCredits:
            return ErrorWords(
                status: .paymentRequired, type: "insufficient_quota", code: "insufficient_credits")
        case .conflict, .stillRunning, .answerNotKept, .cancelled:
            return ErrorWords(status: .conflict, type: "conflict_error", code: kind.rawValue)
        case .moderated: return invalid(.badRequest, "moderation_blocked")
        case .idempotencyKeyReused: return invalid(.unprocessableContent, kind.rawValue)
        case .queueFull, .rateLimited:
            return ErrorWords(
                status: .tooManyRequests, type: "rate_limit_error", code: "rate_limit_exceeded")
        case .providerFailed: return server(.badGateway, "upstream_error")
        case .deadlinePassed: return server(.gatewayTimeout, "upstream_timeout")
        case .interrupted, .outcomeUnknown: return server(.internalServerError, nil)
        case .overloaded, .unavailable:
            return ErrorWords(
                status: .serviceUnavailable, type: "service_unavailable_error",
                code: "server_is_overloaded")
        }
    }
}

extension Refusal {
    func openAIError(_ words: ErrorWords, in shape: ErrorShape) -> JSON {
        // An unknown model, or a key that was used, is told without its parameter at OpenAI.
        let isNamed =
            shape != .openAI
            || ![.modelNotFound, .modelRetired, .stillRunning, .idempotencyKeyReused].contains(kind)
        return .object(
            [
                ("message", .string(message)), ("type", .string(words.type)),
                ("param", isNamed ? .optional(field, JSON.string) : .null),
                ("code", .optional(words.code, JSON.string)),
            ] + figures)
    }

    /// Dialect (e): a sentence, with details where a field is at fault.
    fileprivate func jobError(_ words: ErrorWords) -> [(String, JSON)] {
        let code: [(String, JSON)] = [("code", .string(kind.rawValue))]
        if let shortfall {
            return [
                ("error", .string("Insufficient credits")),
                ("creditsRequired", .int(V2Job.credits(shortfall.needed))),
                ("creditsAvailable", .int(V2Job.spendable(shortfall.available))),
            ] + code + figures
        }
        if words.status == .badRequest, let field {
            return [
                ("error", .string("Validation error")),
                ("details", .object([(field, .array([.string(message)]))])),
            ] + code
        }
        let sentence: String =
            switch kind {
            case .keyMissing: "API key is required"
            case .keyInvalid, .keyRevoked, .keyExpired: "Invalid API key"
            case .accountSuspended: "API key is inactive"
            default: message
            }
        return [("error", .string(sentence))] + code + figures
    }

    /// RFC 9457. `type` names the reason by the word of our own catalogue.
    fileprivate func problem(_ words: ErrorWords) -> [(String, JSON)] {
        [
            ("type", .string("urn:atelier:problem:\(kind.rawValue)")),
            ("title", .string(words.status.reason)), ("status", .int(words.status.rawValue)),
            ("detail", .string(message)),
        ] + (field.map { [("field", .string($0))] } ?? []) + figures
    }

    /// `Retry-After`: rounded up, since a caller who comes back early is only sent away again.
    fileprivate var retryAfterSeconds: Int64? {
        retryAfter.map { max(1, LimitHeaders.seconds($0)) }
    }

    fileprivate var figures: [(String, JSON)] {
        if let limit {
            return limit.members
                + (retryAfterSeconds.map { [("retry_after", .int($0))] } ?? [])
        }
        guard let shortfall else { return [] }
        return [
            ("needed", .credits(shortfall.needed)), ("available", .credits(shortfall.available)),
            ("missing", .credits(shortfall.missing)),
        ]
    }
}
