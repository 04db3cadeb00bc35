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
        telling events: ((Body, Mode) -> (any ImageEvents)?)? = nil,
        answering: (Body, FinishedGeneration) async -> Response
    ) async throws -> Response {
        try await whileNamingStrangers(request) { key in
            let preference = Preference(request.headers)
            return try await withSubmission(of: request, from: key) { sent in
                let body = try Body(sent.fields, request.headers)
                try await checkKey(key, of: sent, before: [body.request])
                if body.streams, let events = events?(body, key.mode) {
                    return try await streamed(
                        body.request, for: key, claim: sent.claim, as: events, of: request.id)
                }
                let patience = try preference.patience(for: body.delivery, budget: budget)
                switch try await engine.generate(
                    body.request, for: key.hash, in: key.mode, claim: sent.claim, patience: patience
                )
                {
                case .finished(let finished):
                    let response = await answering(body, finished)
                        .telling(finished.limits, in: body.request.dialect.errors, at: clock.now)
                        .noting(model: finished.model, finished.notices)
                    return finished.replayed ? response.replayed() : response
                case .accepted(let job, let replayed, let limits):
                    return await accepted(job, replayed: replayed, applied: preference.applied)
                        .telling(limits, in: body.request.dialect.errors, at: clock.now)
                }
            }
        }
    }

    /// Looks the key up before pictures are fetched from elsewhere: a stranger has us call nobody.
    func checkKey(
        _ key: ShownKey, of sent: SentBody, before requests: [GenerationRequest]
    ) async throws {
        guard sent.caller == nil, requests.contains(where: { !$0.pictures.isEmpty }) else {
            return
        }
        _ = try await keys.authenticate(key.hash, for: .generate)
    }

    /// Runs `body` for the key that `request` shows; what it refuses because of the request is told
    /// only to holders of a key.
    func whileNamingStrangers<Value>(
        _ request: Request, _ body: (ShownKey) async throws -> Value
    ) async throws -> Value {
        try await withKey(of: request) { key in
            do {
                return try await body(key)
            } catch let refusal as Refusal where refusal.kind.isAboutTheRequest {
                _ = try await keys.authenticate(key.hash, for: .generate)
                throw refusal
            }
        }
    }

    /// Refuses an address that no webhook may be sent to.
    func refuse(webhook: RequestedWebhook?) throws(Refusal) {
        guard let webhook, let reason = webhookRefusal(webhook.url) else { return }
        throw Refusal(
            .invalidValue, "Invalid 'webhook_url': \(reason).", field: "webhook_url")
    }
}

extension Refusal.Kind {
    /// Whether it was said of what was sent, before the key was looked up.
    fileprivate var isAboutTheRequest: Bool {
        switch self {
        case .malformedBody, .missingParameter, .invalidValue, .unknownParameter,
            .unsupportedParameter, .bodyTooLarge, .unsupportedMediaType, .modelNotFound,
            .modelRetired, .modelWithoutPrice, .modelNotServed, .unavailable:
            true
        default: false
        }
    }
}
