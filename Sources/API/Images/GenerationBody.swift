import Gateway
import HTTP
import Pictures
import Signing
import Units

/// A dialect's body, read and translated.
protocol GenerationBody: Sendable {
    var request: GenerationRequest { get }
    var delivery: Delivery { get }
    /// Whether its caller wants to see pictures while they are drawn.
    var streams: Bool { get }

    /// Refuses what the dialect does not accept.
    init(_ fields: Fields) throws(Refusal)

    /// The same for a dialect that also speaks in headers.
    init(_ fields: Fields, _ headers: Headers) throws(Refusal)
}

extension GenerationBody {
    var streams: Bool { false }

    init(_ fields: Fields, _ headers: Headers) throws(Refusal) { try self.init(fields) }
}

extension Application {
    /// Largest JSON body: a prompt and its options. Pictures come by other ways.
    static let jsonBytesMax = 1024 * 1024

    /// What every synchronous dialect does: read, generate, and answer, or refuse.
    ///
    /// A stranger is told that the key is wrong before anything else, although the key is looked
    /// up last: `admit` checks it in the transaction that places the hold, so a good request pays
    /// for one look-up, and only a request that is refused earlier pays for an extra one.
    ///
    /// `budget` is how long a slow model is waited for before the caller is given the job instead;
    /// nil where callers know no such answer. `Prefer` (RFC 7240) overrides it.
    func generated<Body: GenerationBody>(
        _ request: Request, as: Body.Type, budget: Duration? = nil,
        telling events: ((Body) -> (any ImageEvents)?)? = nil,
        answering: (Body, FinishedGeneration) async -> Response
    ) async throws -> Response {
        let text = try Credential.key(of: request)
        let key = text.hash(pepper: pepper)
        return try await whileNamingStrangers(key) {
            let preference = Preference(request.headers)
            let (fields, claim) = try await submission(of: request, mode: text.mode)
            let body = try Body(fields, request.headers)
            try refuse(webhook: body.request.webhook)
            if body.streams, let events = events?(body) {
                return try await streamed(
                    body.request, for: text, claim: claim, as: events)
            }
            let patience = try preference.patience(for: body.delivery, budget: budget)
            switch try await engine.generate(
                body.request, for: key, in: text.mode, claim: claim, patience: patience)
            {
            case .finished(let finished):
                let response = await answering(body, finished)
                return finished.replayed ? response.replayed() : response
            case .accepted(let job, let replayed):
                return await accepted(job, replayed: replayed, applied: preference.applied)
            }
        }
    }

    /// Runs `body`; what it refuses because of the request is told only to holders of a key.
    func whileNamingStrangers<Value>(
        _ key: KeyHash, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let refusal as Refusal where refusal.kind.isAboutTheRequest {
            _ = try await keys.authenticate(key, for: .generate)
            throw refusal
        }
    }

    /// The body of a request that creates work, and the claim of its `Idempotency-Key`.
    func submission(
        of request: Request, mode: Mode
    ) async throws -> (Fields, IdempotencyClaim?) {
        let bytes = try await json(of: request)
        let fields = try Fields(json: bytes)
        let headers = request.headers.all("Idempotency-Key")
        guard let header = headers.first else { return (fields, nil) }
        guard headers.count == 1 else {
            throw Refusal(
                .invalidValue, "There are \(headers.count) Idempotency-Keys: send one.",
                field: "Idempotency-Key")
        }
        let claim = IdempotencyClaim(
            key: try IdempotencyKey.text(header),
            fingerprint: try IdempotencyKey.fingerprint(of: request, body: bytes, mode: mode),
            path: "\(request.method) \(request.path) in \(mode.rawValue) mode")
        return (fields, claim)
    }

    /// Refuses an address that no webhook may be sent to.
    func refuse(webhook: RequestedWebhook?) throws(Refusal) {
        guard let webhook, let reason = webhookRefusal(webhook.url) else { return }
        throw Refusal(
            .invalidValue, "Invalid 'webhook_url': \(reason).", field: "webhook_url")
    }

    private func json(of request: Request) async throws -> [UInt8] {
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
        return try await request.body.collect(limitBytes: Self.jsonBytesMax)
    }
}

extension Refusal.Kind {
    /// Whether it was said of what was sent, before the key was looked up.
    fileprivate var isAboutTheRequest: Bool {
        switch self {
        case .malformedBody, .missingParameter, .invalidValue, .unknownParameter, .bodyTooLarge,
            .unsupportedMediaType, .modelNotFound, .modelRetired, .modelWithoutPrice, .unavailable:
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
}
