import HTTP
import Units

/// Errors of dialect (d): an integer code, which equals the status, and a typed reason.
enum OpenRouterError {
    /// Total, as for the other dialects. The `type` is `metadata.error_type`.
    ///
    /// Its official client repeats every 5xx for up to an hour, so what would be paid for again is
    /// a 409 here.
    static func words(for kind: Refusal.Kind) -> ErrorWords {
        func words(_ status: Int, _ type: String) -> ErrorWords {
            ErrorWords(status: Status(status), type: type, code: nil)
        }
        switch kind {
        case .malformedBody, .missingParameter, .invalidValue, .unknownParameter,
            .unsupportedParameter, .modelNotFound, .modelRetired:
            return words(400, "invalid_request")
        case .moderated: return words(400, "content_policy_violation")
        case .keyMissing, .keyInvalid, .keyRevoked, .keyExpired:
            return words(401, "authentication")
        case .insufficientCredits: return words(402, "payment_required")
        case .scopeMissing, .accountSuspended, .modelNotAllowed:
            return words(403, "permission_denied")
        case .notFound, .modelWithoutPrice, .modelNotServed: return words(404, "not_found")
        case .methodNotAllowed: return words(405, "invalid_request")
        case .bodyTimedOut: return words(408, "timeout")
        case .conflict, .stillRunning, .answerNotKept, .cancelled, .outcomeUnknown:
            return words(409, "conflict")
        case .bodyTooLarge: return words(413, "payload_too_large")
        case .unsupportedMediaType: return words(415, "invalid_request")
        case .idempotencyKeyReused: return words(422, "invalid_request")
        case .queueFull, .rateLimited: return words(429, "rate_limit_exceeded")
        case .interrupted: return words(500, "server")
        case .providerFailed: return words(502, "provider_unavailable")
        case .overloaded, .unavailable: return words(503, "provider_overloaded")
        case .deadlinePassed: return words(524, "timeout")
        }
    }

    /// The body. `field` and `reason` are ours, in the part that clients leave as it is.
    static func body(
        _ refusal: Refusal, _ words: ErrorWords, figures: [(String, JSON)]
    ) -> JSON {
        let metadata =
            [
                ("error_type", .string(words.type)), ("reason", .string(refusal.kind.rawValue)),
            ] + (refusal.field.map { [("field", JSON.string($0))] } ?? []) + figures
        var error: [(String, JSON)] = [
            ("code", .int(words.status.rawValue)), ("message", .string(refusal.message)),
            ("metadata", .object(metadata)),
        ]
        if refusal.kind == .modelNotFound {
            error.append(
                (
                    "availability",
                    .object([("code", .string("model_not_found")), ("retryable", .bool(false))])
                ))
        }
        return .object([("error", .object(error)), ("user_id", .null)])
    }
}
