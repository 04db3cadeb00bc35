import DatabaseSupport
import FoundationEssentials
import Gateway
import GatewaySupport
import Glibc
import Ledger
import Postgres
import Testing
import Units

/// The end of a month with the real programs.
@Suite struct MonthEndTests {
    private static let accounts = 450

    /// Runs a program of the tests' Python or of the system.
    private func check(_ program: String, _ arguments: String...) async throws -> Int32 {
        let silence = unsafe open("/dev/null", O_WRONLY)
        defer { close(silence) }
        return try await Program(
            "/usr/bin/env", [program] + arguments, environment: TestServer.environment,
            output: silence, errors: silence
        ).wait()
    }

    /// The whole ledger, as the programs export it, in the programs that read journals.
    @Test func journalsAreAcceptedAndNoticeAChange() async throws {
        try await Deployment.with { deployment in
            let buyer = try await deployment.customer(credits: "7.25")
            #expect(
                try await deployment.admin(
                    "credits", "adjust", "--account", buyer.account, "--amount", "-0.000000001",
                    "--reason", "a \"quoted\"; reason"
                ).code == 0)
            let folder = "/tmp/atelier-test-journals-\(UInt64.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { Files.removeAll(below: folder) }
            let python = try TestServer.python
            for format in ["beancount", "hledger"] {
                let path = "\(folder)/ledger.\(format)"
                let export = try await deployment.admin(
                    "invoices", "export", "--format", format, "--output", path)
                #expect(export.code == 0, "\(export.output)")
                let text = try String(
                    decoding: #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
                let changed = text.replacing("7.250000000 USD", with: "7.250000001 USD")
                #expect(changed != text)
                #expect(
                    FileManager.default.createFile(
                        atPath: path + ".changed", contents: Data(changed.utf8)))
                for (file, isRight) in [(path, true), (path + ".changed", false)] {
                    let code =
                        format == "beancount"
                        ? try await check(
                            python, "-m", "beancount.scripts.check", "--no-cache", file)
                        : try await check("hledger", "check", "--strict", "-f", file)
                    #expect((code == 0) == isRight, "\(file): \(code)")
                }
            }
        }
    }

    /// Accounts that bought credits last month, and who sells to them.
    private func buyers(in database: Database, of month: CivilDate, now: Timestamp) async throws {
        let bought = month.midnight + .seconds(86_400)
        try await database.transaction { transaction in
            try Partitions.make(at: bought, in: transaction)
            let actor = AuditEvent.Actor(name: "test", reason: nil, now: now)
            try Seller.set(
                Seller.Change(
                    party: PartyChange(
                        fields: [.legalName: "Atelier", .country: "DE", .vatID: "DE123456789"])),
                by: actor, in: transaction)
            let buyer = BillingChange(party: PartyChange(fields: [.country: "DE"]))
            for _ in 0..<Self.accounts {
                let account = try Account.create(
                    name: "Acme", email: "a@acme.example", creditLimit: .zero, taxPPM: 0,
                    by: actor, in: transaction
                ).id
                try Account.setBilling(buyer, account, by: actor, in: transaction)
                _ = try Grant(
                    wallet: Wallet.Name(account: account, mode: .live), kind: .paid,
                    amount: Credits(nanodollars: 1_000_000_000), reason: "bought",
                    idempotencyKey: "first"
                ).give(at: bought, in: transaction)
            }
        }
    }

    /// Two admins at once, one of whom is killed in the middle, again and again until all is done.
    @Test func killedAdminsLeaveNoGapAndNoDuplicate() async throws {
        try await Deployment.with { deployment in
            let database = Database(url: deployment.databaseURL, connections: 1)
            defer { database.close() }
            let now = Clock.system.now
            let month = CivilDate(now).startOfMonth(plus: -1)
            try await buyers(in: database, of: month, now: now)
            let words = ["--month", month.monthText]
            let drafted = try await deployment.admin(["invoices", "generate"] + words)
            #expect(drafted.code == 0, "\(drafted.output)")
            func count() async throws -> Int64 {
                try await database.read {
                    try $0.first("select count(*) from invoice where number is not null") {
                        try $0.next(Int64.self)
                    }
                } ?? 0
            }
            var killed = 0
            for patience in stride(from: 20, to: 2000, by: 40) {
                let admins = try (0..<2).map { _ in
                    try Program(
                        try Program.path("atelier-admin"), ["invoices", "finalize"] + words,
                        environment: deployment.environment)
                }
                // Somewhere between its start and its end: a little later each time.
                try await Task.sleep(for: .milliseconds(patience))
                for admin in admins { admin.signal(SIGKILL) }
                for admin in admins where await admin.wait() != 0 { killed += 1 }
                if try await count() == Self.accounts { break }
            }
            #expect(killed > 0)
            let last = try await deployment.admin(["invoices", "finalize"] + words)
            #expect(last.code == 0, "\(last.output)")
            let numbers = try await database.read {
                try $0.rows("select sequence from invoice where number is not null order by 1") {
                    try $0.next(Int32.self)
                }
            }
            #expect(numbers == Array(1...Int32(Self.accounts)))
            // Again and again the same.
            #expect(try await deployment.admin(["invoices", "generate"] + words).code == 0)
            #expect(try await deployment.admin(["invoices", "finalize"] + words).code == 0)
            #expect(try await count() == Self.accounts)
        }
    }
}
