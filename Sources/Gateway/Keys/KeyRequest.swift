import Postgres
import Signing
import Units

/// The use of an idempotency key by what issues or rotates a key: for a day the same answer is given
/// again, with the same secret.
///
/// The secret is kept nowhere. It is derived from the pepper and this row, of which neither says
/// anything without the other.
struct KeyRequest {
    /// What was asked for, under which idempotency key.
    struct Name {
        enum Verb: String {
            case issue, rotate
        }

        let verb: Verb
        let account: ID<Account>
        let idempotencyKey: String
        /// Of everything else that was asked for.
        let fingerprint: [UInt8]

        init(
            _ verb: Verb, of account: ID<Account>, as idempotencyKey: String, asking terms: JSON
        ) throws(Refusal) {
            guard (1...KeyRequest.lengthMax).contains(idempotencyKey.utf8.count),
                idempotencyKey.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw Refusal(
                    .invalidValue,
                    "An idempotency key is 1 to \(KeyRequest.lengthMax) visible ASCII characters.",
                    field: "idempotency-key")
            }
            self.verb = verb
            self.account = account
            self.idempotencyKey = idempotencyKey
            fingerprint = SHA256.digest(Array("\(verb.rawValue) \(terms.text)".utf8))
        }
    }

    let name: Name
    let key: ID<Key>
    let nonce: ID<KeyRequest>

    private static let lengthMax = 255

    func secret(in mode: Mode, pepper: Pepper) -> KeyText {
        // Ids have no bar and the idempotency key stands last, so no two texts are alike.
        KeyText(
            mode: mode,
            derivedFrom:
                "\(name.verb.rawValue)|\(name.account)|\(key)|\(nonce)|\(name.idempotencyKey)",
            pepper: pepper)
    }

    /// What was done under this name within the day; nil when it is new. Refuses the use of an
    /// idempotency key for something else. The account is locked, so that two take turns.
    static func find(
        _ name: Name, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> KeyRequest? {
        let found = try transaction.first(
            """
            select fingerprint, key_id, nonce from key_request
            where account_id = \(name.account) and idempotency_key = \(name.idempotencyKey)
                and created_at > \(now - IdempotencyClaim.kept)
            """
        ) { row in
            let fingerprint: [UInt8] = try row.next()
            return (
                fingerprint, KeyRequest(name: name, key: try row.next(), nonce: try row.next())
            )
        }
        guard let found else { return nil }
        guard found.0 == name.fingerprint else {
            throw Refusal(
                .idempotencyKeyReused,
                "This Idempotency-Key was used for another change of keys: take a new one.",
                field: "Idempotency-Key")
        }
        return found.1
    }

    /// Remembers a first use, and forgets those of this account that have had their day.
    init(
        _ name: Name, of key: ID<Key>, at now: Timestamp, in transaction: borrowing Transaction
    ) throws {
        self.init(name: name, key: key, nonce: ID(at: now))
        try transaction.send(
            """
            delete from key_request
            where account_id = \(name.account) and created_at <= \(now - IdempotencyClaim.kept)
            """)
        try transaction.send(
            """
            insert into key_request (account_id, idempotency_key, fingerprint, key_id, nonce,
                created_at)
            values (\(name.account), \(name.idempotencyKey), \(name.fingerprint), \(key), \(nonce),
                \(now))
            """)
    }

    private init(name: Name, key: ID<Key>, nonce: ID<KeyRequest>) {
        self.name = name
        self.key = key
        self.nonce = nonce
    }

    /// The first answer again, unless its secret has ended since.
    func repeated(
        pepper: Pepper, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Key.Issued {
        let details = try Key.find(key, of: name.account, in: transaction)
        let text = secret(in: details.mode, pepper: pepper)
        let hash = text.hash(pepper: pepper)
        let standing = try Key.standings(of: [hash], in: transaction).rows().first
        guard let standing, standing.revokedAt == nil,
            standing.secretEndsAt.map({ $0 > now }) ?? true
        else {
            throw Refusal(
                .conflict,
                "This was done before, and its secret has been replaced or revoked since: take a new "
                    + "Idempotency-Key.", field: "Idempotency-Key")
        }
        return Key.Issued(key: details, text: text, replayed: true)
    }
}
