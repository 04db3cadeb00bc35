import Gateway
import Jobs
import Postgres
import Signing
import Terminal
import Units

/// What a command runs with.
struct Session: Sendable {
    let database: Database
    let options: Options
    /// The database's time, as the servers have it.
    let clock: Clock
    private let time: SharedClock
    private let url: Secret
    private let environment: [String: String]
    private let answer: @Sendable (String) -> String?
    /// The next piece of standard input; nil at its end.
    let input: @Sendable () -> [UInt8]?

    /// `answer` asks a question and is what is typed then; nil when nobody can type. `clock` stands in
    /// for the database's, in tests.
    init(
        environment: [String: String], options: Options, clock: Clock? = nil,
        answer: @escaping @Sendable (String) -> String? = Self.ask,
        input: @escaping @Sendable () -> [UInt8]? = { Terminal.piece() }
    ) throws {
        self.answer = answer
        self.input = input
        guard let url = environment["DATABASE_URL"], !url.isEmpty else {
            throw UsageFault("DATABASE_URL is not set")
        }
        guard Database.accepts(Secret(url)) else {
            throw UsageFault("DATABASE_URL is no URL that PostgreSQL understands")
        }
        self.url = Secret(url)
        database = Database(
            url: self.url, connections: 2, settings: Self.patient, clock: .system)
        self.environment = environment
        self.options = options
        time = SharedClock(database: database)
        self.clock = clock ?? time.clock
    }

    /// Asks the database for its time: what is written here is judged by servers. A database that
    /// does not answer is left to the command itself, which may need none.
    func askTime() async {
        try? await time.ask()
    }

    /// An audit or a sum over a year takes longer than a request may.
    private static var patient: Database.Settings {
        var settings = Database.Settings.engine
        settings.statementTimeout = .zero
        return settings
    }

    /// The database as the login itself, which may own the tables: for the one thing that only their
    /// owner can do. To be closed by its caller.
    func owner() -> Database {
        var settings = Self.patient
        settings.role = nil
        return Database(url: url, connections: 1, settings: settings, clock: .system)
    }

    /// The server's secret in key hashes; throws when it is another than the servers'.
    func pepper() async throws -> Pepper {
        guard let pepper = Pepper(Secret(environment["ATELIER_KEY_PEPPER"] ?? "")) else {
            throw UsageFault(
                "ATELIER_KEY_PEPPER must be set as for the server, \(Pepper.lengthMin) characters or more"
            )
        }
        try await PepperFingerprint.check(pepper, at: clock.now, in: database)
        return pepper
    }

    /// A variable of the environment; nil for an empty one.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static func ask(_ question: String) -> String? {
        Terminal.complain("\(question) [y/N] ")
        return Terminal.line()
    }

    /// Asks whoever sits there, unless they have said yes before.
    func confirm(_ question: String) throws {
        if options.has("yes") { return }
        guard ["y", "yes"].contains(answer(question)?.lowercased() ?? "") else {
            throw Refusal(.cancelled, "Nothing was done; --yes goes on without asking.")
        }
    }

    /// Who acts, as the audit log will say.
    var actor: AuditEvent.Actor {
        let user = variable("SUDO_USER") ?? variable("USER") ?? Terminal.userName
        return AuditEvent.Actor(
            name: options.text("actor") ?? "cli:\(user)", reason: options.text("reason"),
            now: clock.now)
    }

    var limit: Int {
        get throws { try options.integer("limit", in: 1...1000) ?? 100 }
    }
}
