import DatabaseSupport
public import Gateway
import FoundationEssentials
import HTTPClient
public import Jobs
public import Ledger
import Log
public import Postgres
package import Providers
public import Signing
public import Storage
import Testing
public import Threads
public import Units

/// A time that moves when a test says so.
public final class MovingClock: Sendable {
    private let time = Lock(Day.today)

    public init() {}

    public var clock: Clock { Clock { [self] in time.withLock { $0 } } }

    /// Lets `duration` pass at once.
    public func pass(_ duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}

/// The rules on a database of their own, without a server in front.
public struct TestGateway: Sendable {
    public let url: String
    public let database: Database
    public let engine: Engine
    public let lease: Lease
    public let store: ImageStore
    public let inputs: Inputs
    public let pool: WorkerPool
    public let keys: KeyReader
    public let jobs: JobReader
    public let time: MovingClock

    /// What URLs in answers begin with.
    public static let publicURL = "https://pictures.example"

    /// A web without pictures.
    private static let fetcher = PictureFetcher { _ in
        throw PictureFetcher.Failure.refused("tests call nobody")
    }

    public static let pepper = Pepper(Secret("a pepper for tests only"))

    /// Another server on the same database: its own lease, its own memory, and its own `clock` if it
    /// has one.
    public func otherServer(clock: Clock? = nil) async throws -> TestGateway {
        try await TestGateway(
            url: url, directory: directory, time: time, clock: clock, provider: provider,
            vendors: vendors,
            queueDepth: queueDepth, queueMax: queueMax, freeBytesMin: freeBytesMin)
    }

    public let directory: String
    private let provider: (any Provider)?
    private let vendors: [ReadyVendor]
    private let queueDepth: Int
    private let queueMax: Int
    private let freeBytesMin: Int64

    init(
        url: String, directory: String, time: MovingClock, clock: Clock? = nil,
        provider: (any Provider)?, vendors: [ReadyVendor], queueDepth: Int, queueMax: Int,
        freeBytesMin: Int64
    ) async throws {
        self.freeBytesMin = freeBytesMin
        let clock = clock ?? time.clock
        self.vendors = vendors
        self.provider = provider
        self.queueDepth = queueDepth
        self.queueMax = queueMax
        self.url = url
        self.directory = directory
        self.time = time
        // A busy machine is no reason to fail.
        var patient = Database.Settings.engine
        patient.waitMax = .seconds(600)
        patient.statementTimeout = .seconds(600)
        patient.lockTimeout = .seconds(600)
        database = Database(url: url, connections: 2, settings: patient)
        pool = WorkerPool(name: "test", threads: 2, queueMax: 4096)
        store = try ImageStore(directory: directory, pool: pool)
        inputs = Inputs(
            store: try ImageStore(directory: "\(directory)/inputs", pool: pool),
            fetcher: Self.fetcher, publicURL: Self.publicURL, clock: clock, log: .silent)
        lease = Lease(
            server: ID(at: clock.now), host: "test", database: database, clock: clock,
            log: .silent)
        try await lease.renew()
        var limits = Engine.Limits()
        limits.queueDepthMax = queueDepth
        limits.queueMax = queueMax
        limits.freeBytesMin = freeBytesMin
        limits.retryAfter = .milliseconds(2)
        engine = Engine(
            database: database, url: Secret(url), settings: patient,
            catalogue: try await CatalogueKeeper(database: database, log: .silent), store: store,
            inputs: inputs,
            providers: Engine.builtIn(provider ?? Painter(pool: pool, clock: clock))
                .merging(
                    try Self.bought(vendors, inputs, clock), uniquingKeysWith: { $1 }),
            lease: lease,
            limits: limits, clock: clock, log: .silent)
        keys = KeyReader(
            url: Secret(url), settings: patient, uses: engine.uses, clock: clock)
        jobs = JobReader(url: Secret(url), settings: patient, clock: clock)
    }

    /// Vendors, which are emulated on loopback.
    private static func bought(
        _ vendors: [ReadyVendor], _ inputs: Inputs, _ clock: Clock
    ) throws -> [(String, any Provider)] {
        guard !vendors.isEmpty else { return [] }
        var calls = HTTPClient.Settings()
        calls.addresses = try AddressFilter(allowing: "127.0.0.0/8")
        let client = HTTPClient(calls)
        return vendors.map { ready in
            let provider = VendorProvider(
                ready.vendor, credentials: ready.credentials, client: client, inputs: inputs,
                clock: clock, log: .silent)
            return (ready.vendor.name, provider)
        }
    }

    /// Who acts in tests.
    public var actor: AuditEvent.Actor {
        AuditEvent.Actor(name: "test", reason: nil, now: time.clock.now)
    }

    /// An account with a key and credits.
    public func customer(
        credits: String = "0", creditLimit: String = "0", mode: Mode = .live,
        scopes: Set<Key.Scope> = [.generate, .read], expiresAt: Timestamp? = nil
    ) async throws -> Customer {
        var random = SecureRandom()
        let text = KeyText(mode: mode, using: &random)
        let pepper = try #require(Self.pepper)
        let amount = try #require(Credits(dollars: credits))
        let limit = try #require(Credits(dollars: creditLimit))
        let actor = actor
        let ids = try await database.transaction { transaction in
            let account = try Account.create(
                name: "Acme", email: "billing@acme.example", creditLimit: limit, taxPPM: 0,
                by: actor, in: transaction)
            let terms = Key.Terms(
                account: account.id, name: "test", mode: mode, scopes: scopes,
                expiresAt: expiresAt)
            let key = try Key.issue(
                text, under: terms, pepper: pepper, by: actor, in: transaction)
            if amount > .zero {
                let grant = Grant(
                    wallet: .init(account: account.id, mode: .live), kind: .paid, amount: amount,
                    reason: "test", idempotencyKey: "first")
                _ = try Credits.give(grant, by: actor, in: transaction)
            }
            return (account.id, key.id)
        }
        return Customer(
            account: ids.0, key: ids.1, text: text, hash: text.hash(pepper: pepper), mode: mode)
    }

    /// The wallet that a customer pays from.
    public func wallet(of customer: Customer) async throws -> Wallet {
        let name = Wallet.Name(account: customer.account, mode: customer.mode)
        return try #require(try await database.read { try Wallet.find(name, in: $0) })
    }

    /// Lets time pass while this server goes on renewing its lease, as a living one does.
    public func live(for seconds: Int) async throws {
        for _ in 0..<(seconds / 4) {
            time.pass(.seconds(4))
            try await lease.renew()
        }
    }

    /// Runs one statement as somebody who may do anything, for tests that break things.
    public func sql(_ statement: SQL) async throws {
        try await database.transaction { transaction in
            try transaction.send("set local role none")
            try transaction.send(statement)
        }
    }
}

extension Engine {
    /// Generates for a caller who waits until it ends.
    public func finish(
        _ request: GenerationRequest, for key: KeyHash, in mode: Mode = .live,
        claim: IdempotencyClaim? = nil
    ) async throws -> FinishedGeneration {
        let answer = try await generate(
            request, for: key, in: mode, claim: claim, patience: .untilItEnds)
        guard case .finished(let finished) = answer else {
            throw Refusal(.conflict, "it goes on without its caller")
        }
        return finished
    }
}

/// An account with its key, as a test sees it.
public struct Customer: Sendable {
    public let account: ID<Account>
    public let key: ID<Key>
    public let text: KeyText
    public let hash: KeyHash
    public let mode: Mode
}

/// Gives `body` a gateway on a database of its own, and audits what it leaves behind.
package func withGateway(
    auditing: Bool = true, provider: (any Provider)? = nil, vendors: [ReadyVendor] = [],
    queueDepth: Int = 10_000, queueMax: Int = 4096, freeBytesMin: Int64 = 0,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestGateway) async throws -> Void
) async throws {
    try await withTestDatabase(template: migrated) { test in
        let directory = "/tmp/atelier-test-\(test.name)"
        defer { Files.removeAll(below: directory) }
        let gateway = try await TestGateway(
            url: test.url, directory: directory, time: MovingClock(), provider: provider,
            vendors: vendors, queueDepth: queueDepth, queueMax: queueMax,
            freeBytesMin: freeBytesMin)
        defer { gateway.database.close() }
        try await body(gateway)
        guard auditing else { return }
        let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
        #expect(audit.findings.map { "\($0.check): \($0.detail)" } == [])
    }
}

/// A test's own files.
public enum Files {
    /// Deletes a directory of a test and all in it.
    public static func removeAll(below directory: String) {
        precondition(directory.hasPrefix("/tmp/atelier-test-"), "not a test's directory")
        // A test that made no file leaves no directory either.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
