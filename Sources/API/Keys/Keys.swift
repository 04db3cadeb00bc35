import Gateway
import HTTP
import Postgres
import Signing
import Units

extension Application {
    /// `GET /v1/keys`: the account's keys, oldest first, revoked ones too.
    ///
    /// `limit` (1 to 100, default 20) and `cursor` (the `next_cursor` of the page before).
    func listKeys(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .adminKeys)
        let query = try Query(request.query, known: ["limit", "cursor"])
        let limit = try query.integer("limit", in: 1...100) ?? 20
        let cursor = try query.id("cursor", of: Key.self)
        var keys = try await database.read(as: caller.account) { transaction in
            // One more than asked for tells whether there is a next page.
            try Key.list(
                of: caller.account, only: caller.managedMode, after: cursor, limit: limit + 1,
                in: transaction)
        }
        let more = keys.count > limit
        if more { keys.removeLast() }
        let now = clock.now
        return .json(
            .object([
                ("keys", .array(keys.map { .object($0.members(at: now)) })),
                ("next_cursor", more ? .optional(keys.last?.id, JSON.id) : .null),
                ("has_more", .bool(more)),
            ]))
    }

    /// `POST /v1/keys`: a key of the caller's account. Its secret is in this answer and nowhere else.
    func issueKey(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .adminKeys)
        let fields = try await keyFields(of: request)
        try fields.refuseUnknown(beyond: ["name", "mode", "scopes", "expires_at", "limits"])
        let terms = Key.Terms(
            account: caller.account, name: try fields.requiredString("name"),
            mode: try fields.mode(for: caller),
            scopes: try fields.scopes() ?? caller.scopes.intersection([.generate, .read]),
            expiresAt: try fields.time("expires_at"), limits: try fields.limits())
        let claimed = try IdempotencyKey.text(of: request)
        let (pepper, actor) = (pepper, actor(caller))
        let issued = try await database.transaction {
            try Key.issue(
                under: terms, within: caller.id, as: claimed, random: SecureRandom(),
                pepper: pepper,
                by: actor,
                in: $0)
        }
        var response = Response.showing(issued, .created, at: actor.now)
        response.headers["Location"] = "/v1/keys/\(issued.key.id)"
        return response
    }

    /// `GET /v1/keys/{id}`.
    func key(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .adminKeys)
        let id = try keyID(parameters)
        let key = try await database.read(as: caller.account) {
            try Key.find(id, of: caller.account, only: caller.managedMode, in: $0)
        }
        return .json(.object(key.members(at: clock.now)))
    }

    /// `PATCH /v1/keys/{id}`: changes the members that are sent. Null lifts a limit or an expiry.
    func changeKey(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .adminKeys)
        let id = try keyID(parameters)
        let fields = try await keyFields(of: request)
        try fields.refuseUnknown(beyond: ["name", "scopes", "expires_at", "limits"])
        var changes = Key.Changes(
            name: try fields.string("name"), scopes: try fields.scopes(),
            limits: try fields.limits())
        if fields.names.contains("expires_at") {
            changes.expiry = try fields.time("expires_at").map { .at($0) } ?? .never
        }
        let actor = actor(caller)
        let key = try await database.transaction { [changes] in
            try Key.change(
                id, of: caller.account, only: caller.managedMode, to: changes, within: caller.id,
                by: actor, in: $0)
        }
        return .json(.object(key.members(at: actor.now)))
    }

    /// `POST /v1/keys/{id}/rotate`: a new secret; the one before lets in beside it for
    /// `overlap_seconds` (a day unless told).
    func rotateKey(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .adminKeys)
        let id = try keyID(parameters)
        let overlap = try await overlap(of: request)
        let claimed = try IdempotencyKey.text(of: request)
        let (pepper, actor) = (pepper, actor(caller))
        let issued = try await database.transaction {
            try Key.rotate(
                id, of: caller.account, only: caller.managedMode, within: caller.id,
                overlap: overlap,
                as: claimed,
                random: SecureRandom(), pepper: pepper, by: actor, in: $0)
        }
        return .showing(issued, .ok, at: actor.now)
    }

    private func overlap(of request: Request) async throws -> Duration {
        // Everything in the body has its standard, so it may be left out.
        if request.body.declaredBytes == 0 { return Key.overlapStandard }
        let fields = try await keyFields(of: request)
        try fields.refuseUnknown(beyond: ["overlap_seconds"])
        let secondsMax = Int(Key.overlapMax.components.seconds)
        let seconds = try fields.integer("overlap_seconds", in: 0...secondsMax)
        return seconds.map { .seconds($0) } ?? Key.overlapStandard
    }

    /// `DELETE /v1/keys/{id}`: refused from the next request on, for good. It may be the caller's own.
    func revokeKey(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .adminKeys)
        let id = try keyID(parameters)
        let actor = actor(caller)
        let key = try await database.transaction {
            try Key.revoke(
                id, of: caller.account, only: caller.managedMode, by: actor, in: $0)
        }
        return .json(.object(key.members(at: actor.now)))
    }

    /// The id in the path; what is none is the name of nothing.
    private func keyID(_ parameters: PathParameters) throws(Refusal) -> ID<Key> {
        guard let id = ID<Key>(parameters["id"]) else {
            throw Refusal(.notFound, "There is no key with this id.", field: "key")
        }
        return id
    }
}

extension Key.Standing {
    /// Of which mode the keys are that this one may manage; nil for both. A test key, which lies about in
    /// more places, reaches no money.
    var managedMode: Mode? { mode == .test ? .test : nil }
}

extension Response {
    /// A key with its secret, which no cache may keep.
    fileprivate static func showing(
        _ issued: Key.Issued, _ status: Status, at now: Timestamp
    ) -> Response {
        let secret: [(String, JSON)] = [("secret", .string(issued.text.secret.reveal()))]
        var response = Response.json(.object(issued.key.members(at: now) + secret), status)
        response.headers["Cache-Control"] = "no-store"
        return issued.replayed ? response.replayed() : response
    }
}

extension Key.Details {
    fileprivate func members(at now: Timestamp) -> [(String, JSON)] {
        let overlap = previousUntil.flatMap { $0 > now && revokedAt == nil ? $0 : nil }
        return [
            ("id", .id(id)), ("name", .string(name)), ("mode", .string(mode.rawValue)),
            ("state", .string(state(at: now).rawValue)), ("hint", .string(hint)),
            ("scopes", .array(scopes.map(JSON.string))), ("limits", .object(limits.members)),
            ("expires_at", .optional(expiresAt, JSON.time)),
            ("last_used_at", .optional(lastUsedAt, JSON.time)),
            (
                "previous_hint",
                overlap == nil ? .null : .optional(previousHint, JSON.string)
            ),
            ("previous_until", .optional(overlap, JSON.time)),
            ("revoked_at", .optional(revokedAt, JSON.time)), ("created_at", .time(createdAt)),
        ]
    }
}
