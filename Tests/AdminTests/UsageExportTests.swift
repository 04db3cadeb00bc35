import Documents
import FoundationEssentials
import Gateway
import GatewaySupport
import Postgres
import Testing
import Units

@testable import atelier_admin

/// `usage export`: every charge once, to the nanodollar.
@Suite struct UsageExportTests {
    private func file(
        _ words: [String], _ gateway: TestGateway, _ name: String = "usage"
    ) async throws -> String {
        let path = "\(gateway.directory)/\(name)"
        _ = try await AdminDesk(gateway: gateway).run(
            ["usage", "export"] + words + ["--output", path])
        return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// Two customers, three charges: one of several lines, one in December.
    private func withUsage(
        _ body: @escaping @Sendable (TestGateway, Customer) async throws -> Void
    ) async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            let other = try await gateway.customer(credits: "100.00")
            let cheap = ChargedLine(line: 1, quantity: 2, amount: Credits(nanodollars: 8_000_000))
            try await gateway.charge(acme, [cheap], images: 2)
            try await gateway.charge(
                acme,
                [
                    ChargedLine(line: 1, quantity: 1, amount: Credits(nanodollars: 3)),
                    ChargedLine(line: 2, quantity: 7, amount: Credits(nanodollars: 7)),
                ])
            try await gateway.charge(other, [.line(1, 1, 4)])
            gateway.time.pass(.seconds(11 * 86_400))
            try await gateway.live(for: 4)
            try await gateway.charge(acme, [.line(1, 1, 4)])
            try await body(gateway, acme)
        }
    }

    @Test func aRowIsAGenerationThatWasChargedFor() async throws {
        try await withUsage { gateway, acme in
            let lines = try await file(["--format", "csv", "--month", "2026-11"], gateway)
                .split(separator: "\r\n")
            #expect(lines.count == 4)
            #expect(lines[0].hasPrefix("at,account,account_name,key,key_name,model,"))
            let own = lines.filter { $0.contains("\(acme.account)") }
            #expect(own.count == 2)
            #expect(
                own.contains { $0.contains(",test/paid,test,2,image,2,1,0.004,0.008,,USD,") },
                "\(own)")
            #expect(
                own.contains { $0.contains(",test/paid,test,1,image,1,1,,0.00000001,,USD,") },
                "\(own)")
        }
    }

    @Test func daysAndAccountsAreWhatWasAskedFor() async throws {
        try await withUsage { gateway, acme in
            let asked: [([String], Int)] = [
                (["--from", "2026-11-01"], 4), (["--from", "2026-11-22"], 1),
                (["--from", "2026-11-21", "--to", "2026-11-21"], 3),
                (["--month", "2026-11", "--account", "\(acme.account)"], 2),
                (["--month", "2026-10"], 0),
            ]
            for (words, count) in asked {
                let text = try await file(["--format", "jsonl"] + words, gateway)
                #expect(text.split(separator: "\n").count == count, "\(words)")
            }
            for words in [
                ["--month", "2026-11", "--to", "2026-11-02"], [],
                ["--from", "2026-11-02", "--to", "2026-11-01"],
            ] {
                await #expect(throws: UsageFault.self) {
                    _ = try await file(["--format", "csv"] + words, gateway)
                }
            }
        }
    }

    @Test func aMonthThatIsNotKeptIsRefused() async throws {
        try await withUsage { gateway, _ in
            let owner = Database(url: gateway.url, connections: 1)
            defer { owner.close() }
            try await owner.transaction { transaction in
                try transaction.send(
                    "insert into dropped_month values ('generations', '2026-11-01', '2028-01-01Z')")
            }
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await file(["--format", "csv", "--from", "2026-11-20"], gateway)
            }
            #expect(refusal?.message.contains("2026-11") == true)
        }
    }

    @Test func focusRowsSumToWhatWasCharged() async throws {
        try await withUsage { gateway, _ in
            let text = try await file(
                ["--format", "focus", "--month", "2026-11", "--issuer", "Acme Pictures"], gateway)
            let lines = text.split(separator: "\r\n")
            #expect(lines.count == 4 && lines[0].contains("BilledCost"))
            #expect(lines.dropFirst().allSatisfy { $0.contains("Acme Pictures") })
        }
    }

    @Test func pagesOfOneRowAreTheSameRows() async throws {
        try await withUsage { gateway, _ in
            let export = UsageExport(
                from: CivilDate(Day.today), to: CivilDate(Day.today).startOfMonth(plus: 1),
                account: nil)
            let whole = try await gateway.database.read { try export.page(in: $0) }
            var one: [UsageRow] = []
            while let next = try await gateway.database.read({ [last = one.last] in
                try export.page(after: last, limit: 1, in: $0)
            }).first {
                one.append(next)
            }
            #expect(one == whole && whole.count == 3)
        }
    }

    @Test func aMonthWithoutItsGenerationsIsStillSummed() async throws {
        try await withUsage { gateway, _ in
            let desk = AdminDesk(gateway: gateway)
            let before = try await desk.run("usage", "summary", "--month", "2026-11").text
            #expect(before.contains("total $4.00800001 charged"), "\(before)")
            gateway.time.pass(.seconds(40 * 86_400))
            _ = try await desk.run("retention", "set", "--generations", "2")
            let dropped = try await desk.run("retention", "run", "--unbilled", "--yes").json
            #expect(dropped.contains(#"{"kind":"generations","month":"2026-11","#), "\(dropped)")
            let after = try await desk.run("usage", "summary", "--month", "2026-11").text
            #expect(after.contains("total $4.00800001 charged"), "\(after)")
            let shown = try await desk.run("retention", "show").text
            #expect(!shown.contains("generations  2026-11"), "\(shown)")
        }
    }

    @Test func anAccountSaysHowLongItsContentsAreKept() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let desk = AdminDesk(gateway: gateway)
            let set = try await desk.run(
                "accounts", "set", "--account", "\(acme.account)", "--keep-prompts", "30d",
                "--keep-pictures", "90d"
            ).json
            #expect(set.contains(#""keep_prompts":"30d","keep_pictures":"90d""#), "\(set)")
            let cleared = try await desk.run(
                "accounts", "set", "--account", "\(acme.account)", "--keep-prompts", "forever"
            ).json
            #expect(cleared.contains(#""keep_prompts":"forever","keep_pictures":"90d""#))
            await #expect(throws: UsageFault.self) {
                try await desk.run("accounts", "set", "--account", "\(acme.account)")
            }
        }
    }
}
