/// An answer, and the answer is no. What else is thrown is a fault.
public struct Refusal: Error, Hashable, Sendable {
    /// The whole catalogue of reasons to say no. `API` gives each a status in each dialect.
    public enum Kind: String, CaseIterable, Sendable {
        // What was sent
        case malformedBody = "malformed_body"
        case missingParameter = "missing_parameter"
        case invalidValue = "invalid_value"
        case unknownParameter = "unknown_parameter"
        case unsupportedParameter = "unsupported_parameter"
        case bodyTooLarge = "body_too_large"
        case bodyTimedOut = "body_timed_out"
        case unsupportedMediaType = "unsupported_media_type"
        // Who sent it
        case keyMissing = "key_missing"
        case keyInvalid = "key_invalid"
        case keyRevoked = "key_revoked"
        case keyExpired = "key_expired"
        case scopeMissing = "scope_missing"
        case accountSuspended = "account_suspended"
        // What it asked for
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case modelNotFound = "model_not_found"
        case modelRetired = "model_retired"
        case modelWithoutPrice = "model_without_price"
        /// No provider can be called for the model: none is set up here, or the caller allows none.
        case modelNotServed = "model_not_served"
        case modelNotAllowed = "model_not_allowed"
        case insufficientCredits = "insufficient_credits"
        case conflict = "conflict"
        case moderated = "moderated"
        case cancelled = "cancelled"
        // What was asked before
        case stillRunning = "still_running"
        case idempotencyKeyReused = "idempotency_key_reused"
        case answerNotKept = "answer_not_kept"
        // Too much of it
        case queueFull = "queue_full"
        case rateLimited = "rate_limited"
        // What could not be done
        case providerFailed = "provider_failed"
        case deadlinePassed = "deadline_passed"
        case interrupted = "interrupted"
        case outcomeUnknown = "outcome_unknown"
        case overloaded = "overloaded"
        case unavailable = "unavailable"
    }

    public let kind: Kind
    /// A sentence for a person: what came, what is accepted, what to do.
    public let message: String
    /// The field or parameter at fault, as the caller spells it.
    public let field: String?
    /// When trying again may help; nil when it will not.
    public let retryAfter: Duration?
    /// What a caller out of credits lacks.
    public let shortfall: Shortfall?
    /// The limit that is in the way.
    public let limit: LimitReading?

    public init(
        _ kind: Kind, _ message: String, field: String? = nil, retryAfter: Duration? = nil,
        shortfall: Shortfall? = nil, limit: LimitReading? = nil
    ) {
        self.kind = kind
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
        self.shortfall = shortfall
        self.limit = limit
    }

    /// The figures of `insufficientCredits`.
    public struct Shortfall: Hashable, Sendable {
        /// The most the request can cost.
        public let needed: Credits
        /// What the wallet could still hold.
        public let available: Credits
        /// What must be added for the same request to pass.
        public var missing: Credits { needed - available }

        public init(needed: Credits, available: Credits) {
            self.needed = needed
            self.available = available
        }
    }
}
