import Gateway
import HTTP
import Pictures
import Signing
import Units

/// A dialect's body, read and translated.
protocol GenerationBody: Sendable {
    var request: GenerationRequest { get }
    var delivery: Delivery { get }

    /// Refuses what the dialect does not accept.
    init(_ fields: Fields) throws(Refusal)
}

extension Application {
    /// Largest JSON body: a prompt and its options. Pictures come by other ways.
    static let jsonBytesMax = 1024 * 1024

    /// What every synchronous dialect does: read, generate, or refuse.
    ///
    /// A stranger is told that the key is wrong before anything else, although the key is looked
    /// up last: `admit` checks it in the transaction that places the hold, so a good request pays
    /// for one look-up, and only a request that is refused earlier pays for an extra one.
    func generated<Body: GenerationBody>(
        _ request: Request, as: Body.Type
    ) async throws -> (Body, FinishedGeneration) {
        let key = try Credential.key(of: request).hash(pepper: pepper)
        do {
            try refuseIdempotencyKey(of: request)
            let body = try Body(try await json(of: request))
            return (body, try await engine.generate(body.request, for: key))
        } catch let refusal as Refusal where refusal.kind.isAboutTheRequest {
            _ = try await keys.authenticate(key, for: .generate)
            throw refusal
        }
    }

    /// A caller who sends one relies on it: better no picture than one paid for twice.
    private func refuseIdempotencyKey(of request: Request) throws(Refusal) {
        guard request.headers["Idempotency-Key"] == nil else {
            throw Refusal(
                .invalidValue,
                "'Idempotency-Key' is not honoured yet: leave it out, and do not repeat a call "
                    + "whose answer was lost before looking at GET /v1/generations.",
                field: "Idempotency-Key")
        }
    }

    private func json(of request: Request) async throws -> Fields {
        let type = request.headers["Content-Type"] ?? "application/json"
        let essence = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard
            essence == "application/json" || essence == "text/plain" || essence.hasSuffix("+json")
                || essence == "application/x-www-form-urlencoded"
        else {
            throw Refusal(
                .unsupportedMediaType,
                "Send the request as 'Content-Type: application/json'; '\(essence.prefix(60))' came."
            )
        }
        // `curl -d` without a header calls its JSON a form; what it is, its text shows.
        return try Fields(json: try await request.body.collect(limitBytes: Self.jsonBytesMax))
    }
}

extension Refusal.Kind {
    /// Whether it was said of what was sent, before the key was looked up.
    fileprivate var isAboutTheRequest: Bool {
        switch self {
        case .malformedBody, .missingParameter, .invalidValue, .unknownParameter, .bodyTooLarge,
            .unsupportedMediaType, .modelNotFound, .modelWithoutPrice:
            true
        default: false
        }
    }
}

extension Fields {
    /// `response_format`.
    func delivery(default standard: Delivery, of accepted: [Delivery]) throws(Refusal) -> Delivery {
        let word = try word("response_format", of: accepted.map(\.rawValue))
        return word.flatMap(Delivery.init(rawValue:)) ?? standard
    }

    /// `output_format`, where `jpg` means `jpeg`.
    func format(
        default standard: ImageFormat, of accepted: [ImageFormat], ignoringCase: Bool = false
    ) throws(Refusal) -> ImageFormat {
        guard var word = try string("output_format") else { return standard }
        if ignoringCase { word = word.lowercased() }
        if word == "jpg" { word = "jpeg" }
        guard let format = ImageFormat(rawValue: word), accepted.contains(format) else {
            throw Fields.notOne(of: accepted.map(\.rawValue), "output_format", word)
        }
        return format
    }

    /// Input pictures would be ignored by a model that draws from text alone.
    func refuseImages() throws(Refusal) {
        for name in ["image", "image[]", "images", "mask", "mask[]"] where has(name) {
            throw Refusal(
                .invalidValue, "This model takes no input pictures: leave '\(name)' out.",
                field: name)
        }
    }
}
