import Postgres
import Units

extension TestGateway {
    /// Makes the database take no writes, as one whose server was demoted, for every connection.
    public func demote() async throws {
        try await asOperator(
            """
            do $$ begin
                execute format('alter database %I set default_transaction_read_only = on',
                    current_database());
            end $$
            """)
    }

    /// Makes it take writes again.
    public func promote() async throws {
        try await asOperator(
            """
            do $$ begin
                execute format('alter database %I reset default_transaction_read_only',
                    current_database());
            end $$
            """)
    }

    private func asOperator(_ statement: SQL) async throws {
        var settings = Database.Settings()
        settings.parameters["default_transaction_read_only"] = "off"
        let database = Database(
            url: Secret(url), connections: 1, settings: settings, clock: .system)
        defer { database.close() }
        try await database.transaction { transaction in
            try transaction.send(statement)
            try transaction.send(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                """)
        }
    }
}
