public import Postgres
public import Signing
public import Units

/// The pepper of a database: kept as a fingerprint, so that a program with another one finds out when it
/// starts rather than by refusing every key.
public enum PepperFingerprint {
    /// The pepper is not the one that this database's keys were hashed with.
    public struct Mismatch: Error, CustomStringConvertible {
        public var description: String {
            "ATELIER_KEY_PEPPER is not the one that this database's keys were hashed with: no key would be "
                + "known. Set the former one. If it is lost, all keys and webhook secrets are: delete "
                + "the row of pepper_fingerprint as the tables' owner, and issue new keys."
        }
    }

    /// Throws `Mismatch` for another pepper than the first one that was checked here.
    public static func check(
        _ pepper: Pepper, at now: Timestamp, in database: Database
    ) async throws {
        let ours = pepper.fingerprint
        let kept = try await database.transaction { transaction in
            try transaction.send(
                """
                insert into pepper_fingerprint (fingerprint, created_at) values (\(ours), \(now))
                on conflict (id) do nothing
                """)
            return try transaction.first("select fingerprint from pepper_fingerprint") {
                try $0.next([UInt8].self)
            }
        }
        guard kept == ours else { throw Mismatch() }
    }
}
