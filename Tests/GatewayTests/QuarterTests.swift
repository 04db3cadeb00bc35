import Documents
import GatewaySupport
import Ledger
import Postgres
import SeedSupport
import Testing
import Units

@testable import Gateway

/// January to March 2028 of fifty accounts: a leap year's February, and the clocks of the USA and of
/// Europe change, which must matter to nobody, though the database is told to live in New York.
@Suite struct QuarterTests {
    @Test(arguments: [2028] as [UInt64])
    func everyMonthOfAQuarterAddsUpToTheNanodollar(seed: UInt64) async throws {
        print("quarter: seed \(seed)")
        try await withGateway(auditing: false) { utc in
            try await utc.sql(
                """
                do $$ begin
                    execute format('alter database %I set timezone = %L', current_database(),
                        'America/New_York');
                end $$
                """)
            // Its connections are new ones.
            let gateway = try await utc.otherServer()
            defer { gateway.database.close() }
            let zone = try await gateway.database.read { transaction in
                try transaction.first("select current_setting('timezone')") {
                    try $0.next(String.self)
                }
            }
            #expect(zone == "America/New_York")
            var quarter = try await Quarter(on: gateway, seed: seed)
            for month in Quarter.months { try await quarter.trade(month) }
            // The last month's invoices are made in the next.
            try await quarter.beginMonth(Quarter.end)
            try await quarter.check()
            let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
            #expect(audit.findings.map { "\($0.check): \($0.detail)" } == [])
        }
    }
}

extension Quarter {
    func check() async throws {
        #expect(changes.isEmpty)
        #expect(
            numbers
                == (1...3 * Self.accounts).map { "2028-" + String(1_000_000 + $0).dropFirst() })
        for month in Self.months { try await check(month) }
        try await checkDays()
        let sold = try await gateway.database.read { transaction in
            try transaction.rows(
                "select distinct model || ' ' || unit_amount from invoice_line"
            ) { try $0.next(String.self) }
        }
        #expect(Set(sold) == prices.unitPrices)
        let counts = buyers.reduce(into: [:]) { $0.merge($1.counts, uniquingKeysWith: +) }
        print("quarter: \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
        #expect(counts["delivered", default: 0] > 1500)
        for what in [
            "partly delivered", "moderated", "provider_failed", "insufficient_credits", "queued",
            "refunds", "given for a while", "invoices paid",
        ] {
            #expect(counts[what, default: 0] > 10, "\(what)")
        }
    }

    /// An account's month as its invoice has it, beside usage and postings: all in nanodollars.
    private struct Month: Equatable {
        var lines, head, usage, captures: Credits
        var moves: Moves
        var opening, closing: Credits
    }

    /// Usage, captures, lines and the model say the same of every account, and so do balances.
    private func check(_ month: CivilDate) async throws {
        let next = month.startOfMonth(plus: 1)
        let rows = try await gateway.database.read { transaction in
            try transaction.rows(
                """
                select i.account_id, i.expired, (
                        select coalesce(sum(amount), 0)::bigint from invoice_line l
                        where l.account_id = i.account_id and l.invoice_id = i.id
                    ), i.exact, (
                        select coalesce(sum(amount), 0)::bigint from usage_day u
                        where u.account_id = i.account_id and u.mode = 'live'
                            and u.day >= \(month) and u.day < \(next)
                    ), (
                        select coalesce(sum(amount), 0)::bigint from posting p
                        where p.account_id = i.account_id and p.generation_id is not null
                            and p.at >= \(month.midnight) and p.at < \(next.midnight)
                    ), i.bought, i.promotional, i.adjusted, i.opening, i.closing
                from invoice i where i.month = \(month) and i.state <> 'draft'
                """
            ) { row in
                let account: ID<Account> = try row.next()
                let expired: Credits = try row.next()
                let said = Month(
                    lines: try row.next(), head: try row.next(), usage: try row.next(),
                    captures: try row.next(),
                    moves: Moves(
                        bought: try row.next(), promotional: try row.next(),
                        adjusted: try row.next()),
                    opening: try row.next(), closing: try row.next())
                return (account, (said, expired))
            }
        }
        let said = Dictionary(uniqueKeysWithValues: rows)
        #expect(said.count == Self.accounts)
        var expired = 0
        for buyer in buyers {
            let account = buyer.customer.account
            let used = buyer.captured(in: month)
            let moves = buyer.moves[month] ?? Moves()
            let (invoice, lapsed) = try #require(said[account])
            #expect(
                invoice
                    == Month(
                        lines: used, head: used, usage: used, captures: used, moves: moves,
                        opening: opening[month]?[account] ?? .zero,
                        closing: opening[next]?[account] ?? .zero), "\(month)")
            let all = moves.bought + moves.promotional + moves.adjusted
            #expect(invoice.opening + all - used - lapsed == invoice.closing, "\(month)")
            if lapsed > .zero { expired += 1 }
        }
        #expect(expired > 5, "\(month): accounts some of whose credits expired")
    }

    /// What was charged is on the days, in UTC, on which it was.
    private func checkDays() async throws {
        let rows = try await gateway.database.read { transaction in
            try transaction.rows(
                """
                select account_id, day, sum(amount)::bigint from usage_day where amount <> 0
                group by account_id, day
                """
            ) { row in
                let account: ID<Account> = try row.next()
                return (account, try row.next(CivilDate.self), try row.next(Credits.self))
            }
        }
        let days = Dictionary(grouping: rows, by: \.0)
        for buyer in buyers {
            let said = days[buyer.customer.account, default: []].map { ($0.1, $0.2) }
            let own = buyer.captured.filter { $0.value > .zero }
            let totals = Dictionary(uniqueKeysWithValues: said)
            for day in Set(own.keys).union(totals.keys) where day < Self.end {
                #expect(totals[day] == own[day], "\(day)")
            }
        }
        #expect(rows.contains { $0.1.description == "2028-02-29" })
    }
}
