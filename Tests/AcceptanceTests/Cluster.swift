import DatabaseSupport
import Gateway
import GatewaySupport
import Postgres
import Schema
import Testing
import Units

/// A PostgreSQL of one test's own, to be stopped and started.
struct Cluster: Sendable {
    private let script: String
    private let home: String
    let url: String

    /// Starts one with a migrated database.
    static func start() async throws -> Cluster {
        let script = try TestServer.script
        let home = "/tmp/atelier-test-cluster-\(UInt64.random(in: 0 ... .max))"
        try await run(script, "start", home, "--throwaway")
        let url = try await run(script, "url", home).split(separator: "\n").joined()
        let database = Database(url: url, connections: 1)
        defer { database.close() }
        let migrations = Schema.migrations.map {
            Migration(number: $0.number, name: $0.name, sql: $0.sql)
        }
        let now = Clock.system.now
        _ = try await Migrations.apply(migrations, to: database, now: now)
        try await database.transaction { try Partitions.make(at: now, in: $0) }
        return Cluster(script: script, home: home, url: url)
    }

    /// Runs `body`, and removes the cluster whatever came of it.
    func whileRunning(_ body: () async throws -> Void) async throws {
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        try await Self.run(script, "remove", home)
        try outcome.get()
    }

    /// As when its machine loses power, but for the disk.
    func stopImmediately() async throws {
        try await Self.run(script, "stop", home, "immediate")
    }

    func startAgain() async throws {
        try await Self.run(script, "start", home, "--throwaway")
    }

    @discardableResult
    private static func run(_ script: String, _ words: String...) async throws -> String {
        let output = try Transcript()
        let program = try Program(
            script, words, environment: TestServer.environment, output: output.descriptor)
        let code = await program.wait()
        try #require(code == 0, "\(script) \(words): \(output.text)")
        return output.text
    }
}
