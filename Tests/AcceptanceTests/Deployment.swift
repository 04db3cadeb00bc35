import DatabaseSupport
import FoundationEssentials
import GatewaySupport
import Glibc
import Testing

/// The real programs on a database of their own, as an operator has them.
struct Deployment: Sendable {
    /// Of the tables' owner. The programs come in as a login that owns nothing: `Serving`.
    let databaseURL: String
    private let servingURL: String
    private let directory: String
    private let transcript: Transcript
    /// What no log may hold.
    let secrets = Secrets()
    /// Private ranges that webhooks and providers may lead to.
    private let allowing: String
    /// Variables beside those of every deployment.
    private let settings: [String: String]

    private static let pepper = "a pepper for acceptance tests"

    /// Gives `body` a deployment on a database of the shared server, and ends with `verify`.
    static func with(
        allowing: String = "", settings: [String: String] = [:],
        _ body: (Deployment) async throws -> Void
    ) async throws {
        try await withTestDatabase(template: migrated) { test in
            try await with(
                databaseURL: test.url, allowing: allowing, settings: settings, body)
        }
    }

    /// The same on any migrated database.
    static func with(
        databaseURL: String, allowing: String = "", settings: [String: String] = [:],
        _ body: (Deployment) async throws -> Void
    ) async throws {
        let directory = "/tmp/atelier-test-acceptance-\(UInt64.random(in: 0 ... .max))"
        defer { Files.removeAll(below: directory) }
        let deployment = Deployment(
            databaseURL: databaseURL, servingURL: try await Serving.url(to: databaseURL),
            directory: directory, transcript: try Transcript(), allowing: allowing,
            settings: settings)
        deployment.secrets.watch(deployment.transcript)
        deployment.secrets.add([pepper] + settings.filter { $0.key.isCredential }.values)
        try await body(deployment)
        deployment.secrets.expectUntold()
        let verdict = try await deployment.admin("verify")
        #expect(verdict.code == 0, "\(verdict.output)")
    }

    var environment: [String: String] {
        [
            "DATABASE_URL": servingURL, "ATELIER_KEY_PEPPER": Self.pepper,
            "ATELIER_LISTEN": "127.0.0.1:0", "ATELIER_STORE": "dir:\(directory)",
            "ATELIER_PUBLIC_URL": "http://pictures.example", "SWIFT_BACKTRACE": "enable=no",
            "ATELIER_ALLOW_ADDRESSES": allowing, "USER": "acceptance",
        ].merging(settings) { $1 }
    }

    /// Where pictures lie that requests start from.
    var inputs: String { "\(directory)/inputs" }

    /// What all servers of this deployment have logged.
    var log: String { transcript.text }

    /// Runs a server that is to end by itself; its exit code and what it complained of.
    func fail() async throws -> (code: Int32, errors: String) {
        let errors = try Transcript()
        let program = try Program(
            try Program.path("atelier"), ["serve"], environment: environment,
            errors: errors.descriptor)
        return (await program.wait(), errors.text)
    }

    /// Starts a worker without a server in front.
    func work() throws -> Program {
        try Program(
            try Program.path("atelier"), ["work"], environment: environment,
            errors: transcript.descriptor)
    }

    /// Starts a server and waits until it is ready.
    func serve(_ arguments: String...) async throws -> RunningServer {
        let own = try Transcript()
        secrets.watch(own)
        let program = try Program(
            try Program.path("atelier"), ["serve"] + arguments, environment: environment,
            errors: own.descriptor)
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if let port = Self.port(in: own.text) {
                return RunningServer(
                    program: program, port: port, transcript: own, secrets: secrets)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the server did not start: \(own.text)")
        throw CancellationError()
    }

    private static func port(in log: String) -> UInt16? {
        guard let line = log.split(separator: "\n").first(where: { $0.contains(" listening ") }),
            let field = line.split(separator: " ").first(where: { $0.hasPrefix("port=") })
        else { return nil }
        return UInt16(field.dropFirst(5))
    }

    /// Runs an admin's command.
    func admin(_ words: String...) async throws -> (code: Int32, output: String) {
        try await admin(words)
    }

    func admin(_ words: [String]) async throws -> (code: Int32, output: String) {
        let output = try Transcript()
        let program = try Program(
            try Program.path("atelier-admin"), ["--json"] + words, environment: environment,
            output: output.descriptor, errors: output.descriptor)
        return (await program.wait(), output.text)
    }

    /// Brings the product's own catalogue into the database.
    func syncCatalogue() async throws {
        let run = try await admin(
            "models", "sync", "\(OfficialClient.folder)/../../catalogue/models.json")
        #expect(run.code == 0, "\(run.output)")
    }

    /// An account with keys of test mode, which have play credits by themselves.
    func rehearsingCustomer() async throws -> Buyer { try await customer(credits: nil) }

    /// An account with credits and a key, made by the admin's own commands.
    func customer(credits: String) async throws -> Buyer {
        try await customer(credits: .some(credits))
    }

    private func customer(credits: String?) async throws -> Buyer {
        struct Made: Decodable {
            let id: String
            let secret: String?
        }
        func read(_ run: (code: Int32, output: String)) throws -> Made {
            #expect(run.code == 0, "\(run.output)")
            return try JSONDecoder().decode(Made.self, from: Data(run.output.utf8))
        }
        let account = try read(
            await admin("accounts", "create", "--name", "Acme", "--email", "a@acme.example"))
        let mode = credits == nil ? ["--test"] : []
        let key = try read(
            await admin(["keys", "issue", "--account", account.id, "--name", "test"] + mode))
        let adminKey = try read(
            await admin(
                [
                    "keys", "issue", "--account", account.id, "--name", "admin", "--scope",
                    "generate,read,admin:keys",
                ] + mode))
        if let credits {
            _ = try read(
                await admin(
                    "credits", "grant", "--account", account.id, "--amount", credits, "--reason",
                    "test"))
        }
        let secret = try #require(key.secret)
        let adminSecret = try #require(adminKey.secret)
        secrets.add(key: secret)
        secrets.add(key: adminSecret)
        return Buyer(
            account: account.id, keyID: key.id, key: secret, adminKey: adminSecret,
            adminKeyID: adminKey.id)
    }

    /// A further key of an account, which may do only what `scope` says.
    func key(of buyer: Buyer, scope: String) async throws -> String {
        let run = try await admin(
            "keys", "issue", "--account", buyer.account, "--name", scope, "--scope", scope)
        #expect(run.code == 0, "\(run.output)")
        let secret = try JSONDecoder().decode(Secret.self, from: Data(run.output.utf8)).secret
        secrets.add(key: secret)
        return secret
    }

    /// The balance of an account, in exact decimals.
    func balance(of buyer: Buyer) async throws -> Balance {
        let run = try await admin("credits", "balance", "--account", buyer.account)
        #expect(run.code == 0, "\(run.output)")
        return try JSONDecoder().decode(Balance.self, from: Data(run.output.utf8))
    }
}

extension Deployment {
    private struct Secret: Decodable { let secret: String }

    /// The secret that an account's webhooks are signed with.
    func webhookSecret(of buyer: Buyer) async throws -> String {
        try await rotateWebhookSecret(of: buyer, overlap: "0s")
    }

    /// A new secret; the one before goes on signing beside it for a day.
    func rotateWebhookSecret(
        of buyer: Buyer, overlap: String = "24h"
    ) async throws -> String {
        let run = try await admin(
            "webhooks", "rotate-secret", "--account", buyer.account, "--overlap", overlap)
        #expect(run.code == 0, "\(run.output)")
        let secret = try JSONDecoder().decode(Secret.self, from: Data(run.output.utf8)).secret
        secrets.add([String(secret.dropFirst("whsec_".count))])
        return secret
    }
}

struct Buyer: Sendable {
    let account: String
    let keyID: String
    let key: String
    /// A key that may change keys and webhooks too.
    let adminKey: String
    let adminKeyID: String
}

struct Balance: Decodable {
    let posted: Decimal
    let held: Decimal
    let available: Decimal
}

/// A server that is ready.
struct RunningServer: Sendable {
    let program: Program
    let port: UInt16
    fileprivate let transcript: Transcript
    fileprivate let secrets: Secrets

    /// What it has logged.
    var log: String { transcript.text }

    /// What clients' base URLs begin with.
    var base: String { "http://127.0.0.1:\(port)" }

    /// Asks once on a connection of its own.
    func ask(
        _ method: String, _ target: String, key: String? = nil, body: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Reply? {
        secrets.add(promptsOf: body ?? "")
        let client = try Client(port: port)
        client.ask(method, target, key: key, body: body, headers: headers)
        return try await client.answer()
    }

    /// Resident memory in bytes.
    var residentBytes: Int {
        let path = "/proc/\(program.pid)/statm"
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else { return 0 }
        let pages = String(decoding: data, as: UTF8.self).split(separator: " ")
        return (Int(pages.dropFirst().first ?? "") ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// A small paid picture, kept nowhere.
let paidPicture =
    #"{"model":"test/paid","prompt":"a fox","size":"16x16","response_format":"b64_ephemeral"}"#
