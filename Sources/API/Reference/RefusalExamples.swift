import HTTP
import Units

/// An example of every reason to say no, in the body of every dialect: what a program is sent, written by
/// the code that sends it.
enum RefusalExamples {
    /// By the names that `reference` uses.
    static let all: [(String, JSON)] = shapes.flatMap { shape in
        Refusal.Kind.allCases.map { kind in
            let response = Response.refusing(refusal(kind), as: shape)
            guard case .bytes(let bytes) = response.body else {
                preconditionFailure("a refusal is written down at once")
            }
            let value = JSON.written(String(decoding: bytes, as: UTF8.self))
            return (name(kind, shape), JSON.object([("value", value)]))
        }
    }

    static func reference(_ kind: Refusal.Kind, as shape: ErrorShape) -> JSON {
        .object([("$ref", .string("#/components/examples/\(name(kind, shape))"))])
    }

    private static let shapes: [ErrorShape] = [
        .imageRouter, .openAI, .imaRouter, .jobs, .openRouter, .problem,
    ]

    private static func name(_ kind: Refusal.Kind, _ shape: ErrorShape) -> String {
        "\(shape.bodyName).\(kind.rawValue)"
    }

    private static func refusal(_ kind: Refusal.Kind) -> Refusal {
        switch kind {
        case .insufficientCredits:
            Refusal(
                kind, sentence(kind),
                shortfall: .init(
                    needed: Credits(nanodollars: 40_000_000),
                    available: Credits(nanodollars: 10_000_000)))
        case .rateLimited:
            Refusal(
                kind, sentence(kind), retryAfter: .seconds(2),
                limit: LimitReading(
                    limit: "requests_per_minute", scope: .key, most: .count(60), left: .count(0),
                    resetsIn: .seconds(2)))
        default: Refusal(kind, sentence(kind), field: field(kind))
        }
    }

    private static func field(_ kind: Refusal.Kind) -> String? {
        switch kind {
        case .missingParameter, .moderated: "prompt"
        case .invalidValue: "size"
        case .unknownParameter: "colour"
        case .unsupportedParameter: "guidance"
        case .modelNotFound, .modelRetired, .modelWithoutPrice, .modelNotServed, .modelNotAllowed:
            "model"
        default: nil
        }
    }

    private static func sentence(_ kind: Refusal.Kind) -> String {
        switch kind {
        case .malformedBody: "The body is not valid JSON."
        case .missingParameter: "Missing required parameter: 'prompt'."
        case .invalidValue: "Invalid 'size': 'big'. Accepted: 'auto' or WIDTHxHEIGHT."
        case .unknownParameter: "Unknown parameter: 'colour'."
        case .unsupportedParameter: "This model does not take 'guidance'."
        case .bodyTooLarge: "The body is larger than 67108864 bytes."
        case .bodyTimedOut: "The body did not arrive in time."
        case .unsupportedMediaType: "The body must be JSON or a form."
        case .keyMissing: "You did not provide an API key."
        case .keyInvalid: "This API key is not known."
        case .keyRevoked: "This API key has been revoked."
        case .keyExpired: "This API key has expired."
        case .scopeMissing: "This API key lacks the scope 'generate'."
        case .accountSuspended: "This account is suspended."
        case .notFound: "There is no such job."
        case .methodNotAllowed: "This path does not take GET. It takes: POST."
        case .modelNotFound: "The model 'no/such' does not exist."
        case .modelRetired: "The model 'old' is retired. Use 'new'."
        case .modelWithoutPrice: "The model 'new' has no price yet."
        case .modelNotServed:
            "The model 'new' is not served here: no provider of it is set up. These can be called: "
                + "test/paid, test/test."
        case .modelNotAllowed: "This API key may not use the model 'test/paid'."
        case .insufficientCredits: "The balance is too low for this request."
        case .conflict: "This job has begun and can no longer be cancelled."
        case .moderated:
            "The prompt was refused by the provider's safety system. Nothing was charged."
        case .cancelled: "The job was cancelled. Nothing was charged."
        case .stillRunning: "The request with this Idempotency-Key is still running."
        case .idempotencyKeyReused: "This Idempotency-Key was used with another body."
        case .answerNotKept: "The pictures of this answer are no longer kept."
        case .queueFull: "This account has 1000 jobs waiting, which is the most it may have."
        case .rateLimited: "This API key may ask for 60 requests a minute, 60 at once."
        case .providerFailed: "The provider could not make the image. Nothing was charged."
        case .deadlinePassed: "The image was not made in time. Nothing was charged."
        case .interrupted:
            "Something went wrong on our side. GET /v1/generations says what was made."
        case .outcomeUnknown: "Whether the image was made is not known. GET /v1/generations says."
        case .overloaded: "The server is overloaded. Try again shortly."
        case .unavailable: "The service is unavailable for a moment. Nothing was charged."
        }
    }
}
