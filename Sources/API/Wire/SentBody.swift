import Gateway
import HTTP
import Signing
import Threads
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
        let type = try Self.type(of: request)
        let claimed = claiming ? try IdempotencyKey.text(of: request) : nil
        if type.essence == "multipart/form-data" {
            return try await form(of: request, type.boundary, from: key, claimed)
        }
        try Self.checkJSON(type)
        var early: [UInt8] = []
        var caller: Key.Standing?
        if request.body.declaredBytes.map({ $0 <= Self.jsonBytesMax }) ?? true {
            while let piece = try await request.body.next() {
                if early.isEmpty { early = piece } else { early += piece }
                guard early.count <= Self.jsonBytesMax else {
                    return try await large(early, of: request, from: key, claimed)
                }
                if caller == nil { caller = try await stranger(key, after: early.count) }
            }
            return try await small(early, of: request, key.mode, claimed, caller)
        }
        return try await large(early, of: request, from: key, claimed)
    }

    /// Bytes of a body that are read and parsed for a key that this server has not lately found good.
    private static let strangersBytesMax = 4 * 1024

    /// Looks a key up that this server does not know, once its body is worth the look-up: reading
    /// long bodies of unknown, revoked or expired keys would be work for free.
    private func stranger(
        _ key: ShownKey, after count: Int
    ) async throws -> Key.Standing? {
        guard count > Self.strangersBytesMax, !doorkeeper.knows(key.hash) else { return nil }
        return try await keys.authenticate(key.hash, for: .generate)
    }

    /// JSON that has come whole.
    private func small(
        _ bytes: [UInt8], of request: Request, _ mode: Mode, _ claimed: String?,
        _ caller: Key.Standing?
    ) async throws -> SentBody {
        let body = try await parsed(bytes, of: request, mode, claiming: claimed != nil)
        return SentBody(
            fields: Fields(members: body.members, spooled: [:]),
            claim: IdempotencyClaim(claimed, of: request, mode, body.fingerprint), spooled: [],
            caller: caller)
    }

    /// A body that is longer is parsed by a thread of the pool: one of a megabyte takes long enough
    /// for others on the event loop to notice.
    private static let parsedOnLoopBytesMax = 32 * 1024

    /// The members of a JSON body, and what makes it the same as another where that is asked for.
    private func parsed(
        _ bytes: [UInt8], of request: Request, _ mode: Mode, claiming: Bool
    ) async throws -> (members: [String: JSONValue], fingerprint: [UInt8]?) {
        let parse: @Sendable () throws -> (members: [String: JSONValue], fingerprint: [UInt8]?) = {
            let members = try Fields.members(of: bytes)
            let fingerprint =
                claiming
                ? IdempotencyKey.fingerprint(of: request, members: members, mode: mode) : nil
            return (members, fingerprint)
        }
        return bytes.count > Self.parsedOnLoopBytesMax
            ? try await pool.run(.own, parse) : try parse()
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
            let body = try await parsed(reader.text, of: request, key.mode, claiming: false)
            var fingerprint: [UInt8]?
            if claimed != nil {
                let text = try await reader.textWithDigests()
                fingerprint = try await parsed(text, of: request, key.mode, claiming: true)
                    .fingerprint
            }
            return SentBody(
                fields: Fields(members: body.members, spooled: reader.files),
                claim: IdempotencyClaim(claimed, of: request, key.mode, fingerprint),
                spooled: Array(reader.files.values), caller: caller)
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
            var fingerprint: [UInt8]?
            if claimed != nil {
                fingerprint = IdempotencyKey.fingerprint(
                    of: request, parts: try await reader.digests(), mode: key.mode)
            }
            return SentBody(
                fields: Fields(form: Form(reader.parts)),
                claim: IdempotencyClaim(claimed, of: request, key.mode, fingerprint),
                spooled: reader.files, caller: caller)
        } catch {
            await reader.abandon()
            throw error
        }
    }

    private static func type(of request: Request) throws(Refusal) -> MediaType {
        MediaType(try request.headers.single("Content-Type") ?? "application/json")
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
                "Send the request as 'Content-Type: application/json' or 'multipart/form-data', not "
                    + "'\(essence.prefix(60))'.")
        }
    }
}

extension IdempotencyClaim {
    /// Nil where the request shows no key, or none was asked for.
    fileprivate init?(
        _ key: String?, of request: Request, _ mode: Mode, _ fingerprint: [UInt8]?
    ) {
        guard let key, let fingerprint else { return nil }
        self.init(
            key: key, fingerprint: fingerprint,
            path: "\(request.method) \(request.path) in \(mode.rawValue) mode")
    }
}
