import Gateway
import Postgres
import Signing
import Units

/// What a command runs with.
struct Session: Sendable {
    let database: Database
    let options: Options
    let clock: Clock
    private let environment: [String: String]

    init(environment: [String: String], options: Options) throws {
        guard let url = environment["DATABASE_URL"], !url.isEmpty else {
            throw UsageFault("DATABASE_URL is not set")
        }
        guard Database.accepts(Secret(url)) else {
            throw UsageFault("DATABASE_URL is no URL that PostgreSQL understands")
        }
        var settings = Database.Settings()
        // An audit or a sum over a year takes longer than a request may.
        settings.statementTimeout = .zero
        database = Database(
            url: Secret(url), connections: 1, settings: settings, clock: .system)
        self.environment = environment
        self.options = options
        clock = .system
    }

    /// The server's secret in key hashes.
    func pepper() throws -> Pepper {
        guard let pepper = Pepper(Secret(environment["ATELIER_KEY_PEPPER"] ?? "")) else {
            throw UsageFault(
                "ATELIER_KEY_PEPPER must be set as for the server, \(Pepper.lengthMin) characters or more"
            )
        }
        return pepper
    }

    /// Who acts, as the audit log will say.
    var actor: AuditEvent.Actor {
        let user = environment["SUDO_USER"] ?? environment["USER"] ?? "unknown"
        return AuditEvent.Actor(
            name: options.text("actor") ?? "cli:\(user)", reason: options.text("reason"),
            now: clock.now)
    }

    var limit: Int {
        get throws { try options.integer("limit", in: 1...1000) ?? 100 }
    }
}
