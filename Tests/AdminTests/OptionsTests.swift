import Postgres
import Testing
import Units

@testable import atelier_admin

@Suite struct OptionsTests {
    private static let command = Command(
        "foxes paint", "paint a fox",
        [
            .needed("name", "N", "its name"), .optional("amount", "USD", "its price"),
            .optional("limit", "N", "how many"), .optional("since", "TIME", "from when"),
            .optional("month", "YYYY-MM", "which"), .optional("mode", "M", "which"),
            .optional("account", "ID", "whose"), .flag("red", "in red"),
        ]
    ) { _ in .record([]) }

    private func options(_ arguments: String...) throws -> Options {
        try Options(arguments, for: Self.command)
    }

    @Test(arguments: [
        ["--name", "Rex"], ["--name=Rex"],
        ["--red", "--name", "Rex"], ["--name", "Rex", "--red"],
    ])
    func aValueIsReadInEitherForm(arguments: [String]) throws {
        let options = try Options(arguments, for: Self.command)
        #expect(options.text("name") == "Rex")
        #expect(options.needed("name") == "Rex")
        #expect(options.has("red") == arguments.contains("--red"))
        #expect(options.text("amount") == nil)
    }

    @Test func aValueMayLookLikeAnOptionOrHoldAnEqualsSign() throws {
        #expect(try options("--name=a=b").text("name") == "a=b")
        #expect(try options("--name", "--red").text("name") == "--red")
        #expect(try options("--name", "-0.5").text("name") == "-0.5")
        #expect(try options("--name=").text("name") == "")
    }

    @Test func anOperandStandsAlone() throws {
        let command = Command(
            "foxes read", "read a fox", [.operand("file", "FILE", "which"), .flag("dry-run", "")]
        ) { _ in .record([]) }
        #expect(command.usage == "usage: atelier-admin [--json] foxes read FILE [--dry-run]")
        let options = try Options(["--dry-run", "fox.json"], for: command)
        #expect(options.needed("file") == "fox.json" && options.has("dry-run"))
        #expect(throws: UsageFault.self) { try Options(["fox.json", "owl.json"], for: command) }
        let fault = #expect(throws: UsageFault.self) { try Options([], for: command) }
        #expect(fault?.description.hasPrefix("FILE is missing") == true)
    }

    @Test(arguments: [
        (["--name", "Rex", "--tail", "1"], "--tail is not known here"),
        (["--name", "Rex", "red"], "'red' was not expected"),
        (["--name", "Rex", "-r"], "'-r' was not expected"),
        (["--name"], "--name needs a value"),
        (["--name", "Rex", "--amount"], "--amount needs a value"),
        (["--red"], "--name is missing"), ([], "--name is missing"),
        (["--name", "Rex", "--"], "-- is not known here"),
    ])
    func whatIsNotUnderstoodIsNamedWithTheUsage(arguments: [String], complaint: String) {
        let fault = #expect(throws: UsageFault.self) {
            try Options(arguments, for: Self.command)
        }
        #expect(fault?.description.hasPrefix(complaint + "\n") == true)
        #expect(fault?.description.hasSuffix(Self.command.usage) == true)
    }

    @Test func anOptionThatIsThereTwiceOrAFlagWithAValueIsRefused() {
        #expect(throws: UsageFault.self) { try options("--name", "Max", "--name", "Rex") }
        #expect(throws: UsageFault.self) { try options("--name", "Rex", "--json=no") }
    }

    @Test func commonOptionsAreKnownEverywhere() throws {
        #expect(throws: UsageFault.self) { try options("--name", "Rex", "--actor", "ann") }
        #expect(try options("--name", "Rex", "--json").has("json"))
    }

    @Test func valuesAreReadAsWhatTheyAre() throws {
        let options = try options(
            "--name=Rex", "--amount=-1.50", "--limit=10", "--since=2027-01-31", "--month=2026-10",
            "--mode=test", "--account=017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(try options.credits("amount") == Credits(nanodollars: -1_500_000_000))
        #expect(try options.integer("limit", in: 1...10) == 10)
        #expect(try options.time("since")?.description == "2027-01-31T00:00:00.000Z")
        #expect(try options.month("month")?.description == "2026-10-01")
        #expect(try options.word("mode", of: Mode.self) == .test)
        #expect(try options.neededID("account", of: Account.self).low == 0x98C4_DC0C_0C07_398F)
    }

    @Test func aValueThatIsNotGivenIsNil() throws {
        let options = try options("--name=Rex")
        #expect(try options.credits("amount") == nil)
        #expect(try options.integer("limit", in: 1...10) == nil)
        #expect(try options.time("since") == nil)
        #expect(try options.month("month") == nil)
        #expect(try options.word("mode", of: Mode.self) == nil)
        #expect(try options.id("account", of: Account.self) == nil)
    }

    @Test func aValueOfAnotherKindIsNamedWithWhatIsExpected() throws {
        let options = try options(
            "--name=Rex", "--amount=1e3", "--limit=11", "--since=today", "--month=2026-13",
            "--mode=play", "--account=7")
        let readers: [(String, String, () throws -> Void)] = [
            ("amount", "1e3", { _ = try options.credits("amount") }),
            ("limit", "11", { _ = try options.integer("limit", in: 1...10) }),
            ("since", "today", { _ = try options.time("since") }),
            ("month", "2026-13", { _ = try options.month("month") }),
            ("mode", "play", { _ = try options.word("mode", of: Mode.self) }),
            ("account", "7", { _ = try options.id("account", of: Account.self) }),
        ]
        for (name, came, read) in readers {
            let fault = #expect(throws: UsageFault.self) { try read() }
            #expect(fault?.description.hasPrefix("--\(name) is ") == true)
            #expect(fault?.description.hasSuffix(", not '\(came)'") == true)
        }
    }

    @Test(arguments: ["-1", "100.00001", "101", "8.87555", "1e1", "19%", "", "nineteen"])
    func aTaxRateThatIsNoPercentageIsRefusedBeforeTheDatabaseIsAsked(rate: String) async throws {
        let command = Command.accountsCreate
        let options = try Options(
            ["--name=Acme", "--email=a@example.com", "--tax-rate=\(rate)"], for: command)
        // Nothing listens there: a rate that passed would end as an unreachable database.
        let session = try Session(
            environment: ["DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"], options: options)
        defer { session.database.close() }
        let fault = await #expect(throws: UsageFault.self) { _ = try await command.run(session) }
        #expect(fault?.description.hasPrefix("--tax-rate is a percentage") == true)
    }
}
