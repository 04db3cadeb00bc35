import DatabaseSupport
import Postgres
import Testing

/// The login that programs serve with: a member of the two roles that inherits nothing of them.
///
/// So a transaction that forgot to take a role on is refused by whatever it asks first.
enum Serving {
    /// The same database as `url`, by this login. A cluster has it once.
    static func url(to url: String) async throws -> String {
        let database = Database(url: url, connections: 1)
        defer { database.close() }
        try await database.transaction { transaction in
            try transaction.send(
                """
                do $$ begin
                    create role atelier_serving login noinherit password 'serving'
                        in role atelier_engine, atelier_reader;
                exception when duplicate_object or unique_violation then null;
                end $$
                """)
        }
        let scheme = try #require(url.firstRange(of: "://"))
        let at = try #require(url.lastIndex(of: "@"))
        return url[..<scheme.upperBound] + "atelier_serving:serving" + url[at...]
    }
}
