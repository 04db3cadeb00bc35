import Gateway
import HTTP
import Signing
import Units

/// The body of a request that creates work: what it says, what of it lies on disk, and the claim of
/// its `Idempotency-Key`.
struct SentBody {
    let fields: Fields
    let claim: IdempotencyClaim?
    let spooled: [SpooledFile]
    /// Who sent it, where the key was looked up before it was read.
    let caller: Key.Standing?
}

extension Application {
    /// A JSON body that is read into memory: a prompt, its options, and perhaps a small picture. Of
    /// a larger one, what is left without its pictures.
    static let jsonBytesMax = 1024 * 1024
    /// A JSON body with its pictures, as base64.
    static let spooledJSONBytesMax = 48 * 1024 * 1024
    /// A form: 64 MiB of pictures, with all that frames them.
    static let formBytesMax = 65 * 1024 * 1024

    /// Gives `body` what was sent, and forgets afterwards what was written to disk of it: pictures
    /// taken from it by then stay.
    ///
    /// A large body, or a form, is read only after the key was looked up: a stranger makes nobody
    /// write. `claiming`: an `Idempotency-Key` counts; what creates no work does not look at it.
    func withSubmission<Value>(
        of request: Request, from key: ShownKey, claiming: Bool = true,
        _ body: (SentBody) async throws -> Value
    ) async throws -> Value {
        let submission = try await submission(of: request, from: key, claiming)
        do {
            let value = try await body(submission)
            await inputs.discard(submission.spooled)
            return value
        } catch {
            await inputs.discard(submission.spooled)
            throw error
        }
    }

    private func submission(
        of request: Request, from key: ShownKey, _ claiming: Bool
    ) async throws -> SentBody {
        let type = Self.type(of: request)
        let claimed = claiming ? try IdempotencyKey.text(of: request) : nil
        if type.essence == "multipart/form-data" {
            return try await form(of: request, type.boundary, from: key, claimed)
        }
        try Self.checkJSON(type)
        var early: [UInt8] = []
        if request.body.declaredBytes.map({ $0 <= Self.jsonBytesMax }) ?? true {
            while let piece = try await request.body.next() {
                if early.isEmpty { early = piece } else { early += piece }
                guard early.count <= Self.jsonBytesMax else {
                    return try await large(early, of: request, from: key, claimed)
                }
            }
            return try small(early, of: request, key.mode, claimed)
        }
        return try await large(early, of: request, from: key, claimed)
    }

    /// JSON that has come whole.
    private func small(
        _ bytes: [UInt8], of request: Request, _ mode: Mode, _ claimed: String?
    ) throws -> SentBody {
        let fields = try Fields(json: bytes)
        let claim = try claimed.map { key in
            IdempotencyClaim(
                key, of: request, mode,
                try IdempotencyKey.fingerprint(of: request, body: bytes, mode: mode))
        }
        return SentBody(fields: fields, claim: claim, spooled: [], caller: nil)
    }

    /// JSON with pictures inside, of which `early` has come.
    private func large(
        _ early: [UInt8], of request: Request, from key: ShownKey, _ claimed: String?
    ) async throws -> SentBody {
        if let declared = request.body.declaredBytes, declared > Self.spooledJSONBytesMax {
            throw BodyFailure.tooLarge(limitBytes: Self.spooledJSONBytesMax)
        }
        let caller = try await keys.authenticate(key.hash, for: .generate)
        var reader = SpooledJSONReader(inputs: inputs, textBytesMax: Self.jsonBytesMax)
        do {
            try await reader.read(
                early, then: request.body, limitBytes: Self.spooledJSONBytesMax)
            let fields = try Fields(json: reader.text, spooled: reader.files)
            var claim: IdempotencyClaim?
            if let claimed {
                let text = try await reader.textWithDigests()
                claim = IdempotencyClaim(
                    claimed, of: request, key.mode,
                    try IdempotencyKey.fingerprint(of: request, body: text, mode: key.mode))
            }
            return SentBody(
                fields: fields, claim: claim, spooled: Array(reader.files.values),
                caller: caller)
        } catch {
            await reader.abandon()
            throw error
        }
    }

    /// A form, parts with pictures among them.
    private func form(
        of request: Request, _ boundary: String?, from key: ShownKey, _ claimed: String?
    ) async throws -> SentBody {
        guard let boundary else {
            throw Refusal(
                .malformedBody,
                "'Content-Type: multipart/form-data' needs a boundary of 1 to 70 characters.")
        }
        if let declared = request.body.declaredBytes, declared > Self.formBytesMax {
            throw BodyFailure.tooLarge(limitBytes: Self.formBytesMax)
        }
        let caller = try await keys.authenticate(key.hash, for: .generate)
        var reader = FormReader(boundary: boundary, inputs: inputs)
        do {
            try await reader.read(request.body, limitBytes: Self.formBytesMax)
            var claim: IdempotencyClaim?
            if let claimed {
                claim = IdempotencyClaim(
                    claimed, of: request, key.mode,
                    IdempotencyKey.fingerprint(
                        of: request, parts: try await reader.digests(), mode: key.mode))
            }
            return SentBody(
                fields: Fields(form: Form(reader.parts)), claim: claim, spooled: reader.files,
                caller: caller)
        } catch {
            await reader.abandon()
            throw error
        }
    }

    private static func type(of request: Request) -> MediaType {
        MediaType(request.headers["Content-Type"] ?? "application/json")
    }

    private static func checkJSON(_ type: MediaType) throws(Refusal) {
        let essence = type.essence
        // `curl -d` without a header calls its JSON a form; what it is, its text shows.
        guard
            essence == "application/json" || essence == "text/plain" || essence.hasSuffix("+json")
                || essence == "application/x-www-form-urlencoded"
        else {
            throw Refusal(
                .unsupportedMediaType,
                "Send the request as 'Content-Type: application/json' or 'multipart/form-data'; "
                    + "'\(essence.prefix(60))' came.")
        }
    }
}

extension IdempotencyClaim {
    fileprivate init(_ key: String, of request: Request, _ mode: Mode, _ fingerprint: [UInt8]) {
        self.init(
            key: key, fingerprint: fingerprint,
            path: "\(request.method) \(request.path) in \(mode.rawValue) mode")
    }
}
