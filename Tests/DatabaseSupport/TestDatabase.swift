public import Postgres

/// A database of one test's own.
public struct TestDatabase: Sendable {
    public let name: String
    public let url: String

    /// A word that no other test and no other process has.
    static func randomWord() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36)
    }
}

/// Gives `body` a database of its own, copied from `template` or empty, and drops it afterwards.
///
/// Throws `NoTestServer` when the tests were not started by `make test`.
@discardableResult
public func withTestDatabase<Value>(
    template: Template? = nil, isolation: isolated (any Actor)? = #isolation,
    _ body: (TestDatabase) async throws -> Value
) async throws -> Value {
    let admin = try TestServer.admin.get()
    // Each has a handful of connections, and the server has 400 for all.
    await TestServer.turns.take()
    defer { TestServer.turns.give() }
    let name = "test_\(TestDatabase.randomWord())"
    let source = try await template?.ready() ?? "template0"
    try await admin.runAlone(
        "create database \(identifier: name) template \(identifier: source)")
    let outcome: Result<Value, any Error>
    do {
        let url = try TestServer.url(ofDatabase: name)
        outcome = .success(try await body(TestDatabase(name: name, url: url)))
    } catch {
        outcome = .failure(error)
    }
    try await admin.runAlone("drop database \(identifier: name) with (force)")
    return try outcome.get()
}

/// As `withTestDatabase`, with a pool of connections to it that is closed afterwards.
@discardableResult
public func withDatabase<Value>(
    template: Template? = nil, connections: Int = 4, settings: Database.Settings = .patient,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Database) async throws -> Value
) async throws -> Value {
    try await withTestDatabase(template: template) { test in
        let database = Database(url: test.url, connections: connections, settings: settings)
        defer { database.close() }
        return try await body(database)
    }
}

extension Database.Settings {
    /// Limits that no busy machine reaches. A test of one sets that one.
    public static let patient: Database.Settings = {
        var settings = Database.Settings()
        settings.waitMax = .seconds(600)
        settings.statementTimeout = .seconds(600)
        settings.lockTimeout = .seconds(600)
        settings.idleInTransactionTimeout = .seconds(600)
        return settings
    }()
}
