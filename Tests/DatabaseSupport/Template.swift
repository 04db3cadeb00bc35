public import Postgres

/// A database that tests copy: made once in a process, when the first test asks for it.
///
/// Its name is random, so that test processes running at once do not meet.
public actor Template {
    private let name: String
    private let prepare: @Sendable (Database) async throws -> Void
    private var making: Task<Void, any Error>?

    /// A template that `prepare`, given the empty database, fills: mostly with the migrations.
    public init(_ name: String, prepare: @escaping @Sendable (Database) async throws -> Void) {
        self.name = "template_\(name)_\(TestDatabase.randomWord())"
        self.prepare = prepare
    }

    /// The database's name, once it is ready to be copied.
    func ready() async throws -> String {
        let making = self.making ?? Task { try await make() }
        self.making = making
        try await making.value
        return name
    }

    private func make() async throws {
        let admin = try TestServer.admin.get()
        try await admin.runAlone("create database \(identifier: name) template template0")
        let database = Database(url: try TestServer.url(ofDatabase: name), connections: 1)
        defer { database.close() }
        try await prepare(database)
        // A database that is connected to cannot be copied.
        database.close()
        try await admin.runAlone("alter database \(identifier: name) allow_connections false")
        let deadline = ContinuousClock.now + .seconds(300)
        while try await isConnected(by: admin), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isConnected(by admin: Database) async throws -> Bool {
        try await admin.read { [name] transaction in
            try transaction.execute("select from pg_stat_activity where datname = \(name)") > 0
        }
    }
}
