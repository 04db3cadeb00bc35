import Gateway
import Postgres
import Signing
import Units

extension Command {
    static let keysFind = Command(
        "keys find", "say whose leaked keys are: any text with keys in it comes by standard input",
        [
            .optional(
                "hash", "HEX", "look for this hash instead, as `api_key.hash` in a dump has it"),
            .flag("revoke", "also refuse the keys that are found, from the next request on"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        if !session.options.has("revoke") {
            try session.options.refuse(["reason", "actor"], "without --revoke")
        }
        let hashes = try await hashes(session)
        guard !hashes.isEmpty else {
            throw Refusal(
                .keyInvalid,
                "No key of ours is in this text: none has the shape and the checksum of one.")
        }
        var rows: [[JSON]] = []
        var unknown = 0
        for (hash, hint) in hashes {
            let owner = try await session.database.read { try Key.owner(of: hash, in: $0) }
            guard let owner else {
                unknown += 1
                rows.append(row(hint, nil, at: session))
                continue
            }
            rows.append(row(hint, try await revoked(owner, hash, session), at: session))
        }
        guard unknown < hashes.count else {
            throw Refusal(
                .notFound,
                hashes.count == 1
                    ? "No account has this key, or it was rotated twice since."
                    : "No account has any of these \(hashes.count) keys.")
        }
        return .list(
            [
                "hint", "lets_in", "because", "account_id", "account_name", "id", "name", "mode",
                "scopes", "secret_ends_at", "last_used_at", "revoked_at",
            ], rows)
    }

    /// What is looked for, each with what may be shown of it.
    private static func hashes(_ session: Session) async throws -> [(KeyHash, hint: String?)] {
        if let text = session.options.text("hash") {
            let digits = text.hasPrefix("\\x") ? text.dropFirst(2) : text[...]
            guard let bytes = Hex.bytes(of: digits), bytes.count == SHA256.byteCount else {
                throw UsageFault("--hash is \(2 * SHA256.byteCount) hexadecimal digits")
            }
            return [(KeyHash(bytes: bytes), nil)]
        }
        // Never an argument: those of every process can be seen by anybody.
        guard var piece = session.input() else {
            throw UsageFault("no text came by standard input\n\(session.options.usage)")
        }
        let pepper = try await session.pepper()
        var finder = KeyFinder()
        var found: [(KeyHash, hint: String?)] = []
        while true {
            for key in finder.take(piece) { found.append((key.hash(pepper: pepper), key.hint)) }
            guard let next = session.input() else { return found }
            piece = next
        }
    }

    /// The owner, after its key was revoked where that is asked for.
    private static func revoked(
        _ owner: Key.Owner, _ hash: KeyHash, _ session: Session
    ) async throws -> Key.Owner {
        guard session.options.has("revoke"), owner.key.revokedAt == nil else { return owner }
        let actor = session.actor
        return try await session.database.transaction { transaction in
            _ = try Key.revoke(owner.key.id, of: owner.account.id, by: actor, in: transaction)
            return try Key.owner(of: hash, in: transaction) ?? owner
        }
    }

    private static func row(_ hint: String?, _ owner: Key.Owner?, at session: Session) -> [JSON] {
        guard let owner else {
            return [.optional(hint, JSON.string), .bool(false), .string("unknown")]
                + [JSON](repeating: .null, count: 9)
        }
        let obstacle = owner.obstacle(at: session.clock.now)
        return [
            .string(hint ?? owner.key.hint), .bool(obstacle == nil),
            .optional(obstacle, JSON.string), .id(owner.account.id), .string(owner.account.name),
            .id(owner.key.id), .string(owner.key.name), .string(owner.key.mode.rawValue),
            .string(owner.key.scopes.joined(separator: ",")),
            .optional(owner.secretEndsAt, JSON.time), .optional(owner.key.lastUsedAt, JSON.time),
            .optional(owner.key.revokedAt, JSON.time),
        ]
    }
}
