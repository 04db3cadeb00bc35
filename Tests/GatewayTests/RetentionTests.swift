import GatewaySupport
import Jobs
import Ledger
import Postgres
import Testing
import Units

@testable import Gateway

/// Months are dropped, and everything that is promised about money still holds.
@Suite struct RetentionTests {
    private static let november = CivilDate(Day.today).startOfMonth
    private static let october = november.startOfMonth(plus: -1)

    /// Lets two years pass, so that the first months may be dropped.
    private func age(_ gateway: TestGateway, days: Int64 = 780) async throws {
        gateway.time.pass(.seconds(days * 86_400))
        let now = gateway.time.clock.now
        try await gateway.database.transaction { try Partitions.make(at: now, in: $0) }
        try await gateway.lease.renew()
    }

    private func drop(
        _ kind: Retention.Kind, _ month: CivilDate, unbilled: Bool = true, closing: Bool = true,
        _ gateway: TestGateway
    ) async throws {
        gateway.time.pass(.milliseconds(1))
        let actor = gateway.actor
        if kind == .postings, closing {
            try await Expiry.closeBooks(before: month, on: gateway.database, at: actor.now)
        }
        let owner = Database(url: gateway.url, connections: 1)
        defer { owner.close() }
        try await owner.transaction {
            try Retention.drop(kind, month, unbilled: unbilled, by: actor, in: $0)
        }
    }

    private func charge(_ customers: [Customer], _ gateway: TestGateway) async throws {
        for customer in customers {
            for _ in 0..<3 { try await gateway.charge(customer, [.line(1, 1, 4)]) }
        }
    }

    private func findings(_ gateway: TestGateway) async throws -> Set<String> {
        let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
        return Set(audit.findings.map(\.check))
    }

    @Test func sumsAndChainsGoOnFromWhereAMonthWasDropped() async throws {
        try await withGateway { gateway in
            let customers = [
                try await gateway.customer(credits: "100.00"),
                try await gateway.customer(credits: "100.00"),
            ]
            try await charge(customers, gateway)
            try await age(gateway)
            try await charge(customers, gateway)
            try await DailyTotals.rollUp(on: gateway.database)
            for kind in Retention.Kind.allCases {
                for month in [Self.october, Self.november] {
                    try await drop(kind, month, gateway)
                    #expect(try await findings(gateway) == [])
                }
            }
            let left = try await gateway.database.read { transaction in
                try transaction.first(
                    """
                    select (select count(*) from posting), (select count(*) from generation),
                        (select sum(amount)::bigint from usage_day)
                    """
                ) { [try $0.next(Int64.self), try $0.next(), try $0.next()] }
            }
            // Of two years ago there are the totals alone.
            #expect(left == [6, 6, 48_000_000_000])
            try await charge(customers, gateway)
            try await DailyTotals.rollUp(on: gateway.database)
        }
    }

    /// A lapse, a refund and a limit, all of a month that goes.
    @Test func whatLotsAndLimitsRestOnMayGo() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "10.00")
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                try Account.setLimits(
                    [.monthCap: .credits(.dollars(100))], plan: nil, of: acme.account, by: actor,
                    in: transaction)
            }
            try await gateway.give(3, to: acme, .promotional, in: .seconds(60))
            try await gateway.give(1, to: acme, .paid, in: .seconds(3600))
            let paid = try await gateway.hold(1, for: acme)
            try await gateway.settle(paid, cost: 1)
            gateway.time.pass(.seconds(60))
            #expect(try await gateway.sweep() == 1)
            // Not of what has expired.
            let late = try await gateway.hold(2, for: acme)
            try await gateway.settle(late, cost: 2)
            let why = AuditEvent.Actor(name: "test", reason: "r", now: gateway.time.clock.now)
            try await gateway.database.transaction { transaction in
                _ = try Credits.refund(
                    .dollars(1), of: paid.submission.generation, account: acme.account, key: "r",
                    by: why, in: transaction)
            }
            #expect(try await findings(gateway) == [])
            try await age(gateway)
            try await DailyTotals.rollUp(on: gateway.database)
            for month in [Self.october, Self.november] {
                try await drop(.generations, month, gateway)
                #expect(try await findings(gateway) == [])
            }
            try await drop(.postings, Self.october, gateway)
            let refused = await #expect(throws: Refusal.self) {
                try await drop(.postings, Self.november, closing: false, gateway)
            }
            #expect(refused?.message.contains("are not worked out past them") == true)
            try await drop(.postings, Self.november, gateway)
            #expect(try await findings(gateway) == [])
            // The wallet goes on.
            try await gateway.give(2, to: acme, .promotional, in: .seconds(30))
            gateway.time.pass(.seconds(30))
            #expect(try await gateway.sweep() == 1)
            // 10 + 3 + 1 - 1 - 2 that expired - 2 + 1 refunded, and two more that came and went.
            let posted = try await gateway.wallet(of: acme).posted
            #expect(posted == .dollars(10), "\(posted)")
        }
    }

    @Test func whatIsChangedAfterAMonthWasDroppedShows() async throws {
        let damages: [(SQL, String)] = [
            (
                "update wallet_checkpoint set posted = posted + 1",
                "a wallet is the sum of its postings"
            ),
            (
                "update wallet_checkpoint set captured = captured + 1",
                "daily totals are what was captured"
            ),
            (
                "update wallet_checkpoint set chain = sha256('x')",
                "chains of postings are whole"
            ),
            ("delete from wallet_checkpoint", "chains of postings are whole"),
            (
                "update posting set reason = 'x' where number = (select max(number) from posting)",
                "chains of postings are whole"
            ),
            (
                "delete from usage_day where day < '2027-01-01'",
                "daily totals are what was captured"
            ),
        ]
        try await withGateway(auditing: false) { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            try await charge([acme], gateway)
            try await age(gateway)
            try await charge([acme], gateway)
            try await DailyTotals.rollUp(on: gateway.database)
            for kind in Retention.Kind.allCases {
                try await drop(kind, Self.october, gateway)
                try await drop(kind, Self.november, gateway)
            }
            let owner = Database(url: gateway.url, connections: 1)
            defer { owner.close() }
            for (damage, check) in damages {
                struct Undone: Error {}
                let now = gateway.time.clock.now
                let found = Findings()
                try? await owner.transaction { transaction in
                    try transaction.send("set local session_replication_role = replica")
                    try transaction.execute(damage)
                    found.checks = try Set(
                        Audit.find(at: now, in: transaction).map(\.check))
                    throw Undone()
                }
                #expect(found.checks.contains(check), "\(damage.text): \(found.checks)")
            }
            #expect(try await findings(gateway) == [])
        }
    }

    private func refusal(
        _ kind: Retention.Kind, unbilled: Bool = true, _ gateway: TestGateway
    ) async -> String {
        do {
            try await drop(kind, Self.november, unbilled: unbilled, gateway)
            return "dropped"
        } catch let refusal as Refusal {
            return refusal.message
        } catch {
            return "\(error)"
        }
    }

    @Test func aMonthIsNotDroppedBeforeItIsDone() async throws {
        try await withGateway(auditing: false) { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            try await charge([acme], gateway)
            #expect(await refusal(.generations, gateway).contains("too young"))
            try await age(gateway)
            #expect(await refusal(.generations, gateway).contains("2026-10 is there and older"))
            for kind in Retention.Kind.allCases { try await drop(kind, Self.october, gateway) }
            for kind in Retention.Kind.allCases {
                #expect(await refusal(kind, gateway).contains("are not in the daily totals"))
            }
            try await DailyTotals.rollUp(on: gateway.database)
            for kind in Retention.Kind.allCases {
                let told = await refusal(kind, unbilled: false, gateway)
                #expect(told.contains("the invoice of account \(acme.account) is not final"))
            }
            let wallet = Wallet.Name(account: acme.account, mode: .live)
            let now = gateway.time.clock.now
            try await gateway.database.transaction {
                try DailyTotals.close(Self.november, of: wallet, at: now, in: $0)
            }
            try await gateway.sql("update account set picture_days = 30")
            let owner = Database(url: gateway.url, connections: 1)
            defer { owner.close() }
            try await owner.transaction { transaction in
                try transaction.send(
                    """
                    insert into image (account_id, id, generation_id, position, name, media_type,
                        width, height, size_bytes)
                    select account_id, id, id, 0, 'x', 'image/png', 1, 1, 1 from generation limit 1
                    """)
            }
            #expect(await refusal(.generations, gateway).contains("will have to be removed"))
            try await gateway.sql("update image set deleted_at = \(now)")
            try await owner.transaction { transaction in
                try transaction.send("set local session_replication_role = replica")
                try transaction.send(
                    """
                    update generation set state = 'running', ended_at = null, captured = 0,
                        posting_id = null, charge_line = null
                    """)
            }
            #expect(await refusal(.generations, gateway).contains("has not ended"))
            #expect(await refusal(.postings, unbilled: false, gateway) == "dropped")
        }
    }

    @Test func theEngineDropsNothing() async throws {
        try await withGateway { gateway in
            try await age(gateway)
            let actor = gateway.actor
            await #expect(throws: DatabaseFailure.self) {
                try await gateway.database.transaction {
                    try Retention.drop(
                        .generations, Self.october, unbilled: true, by: actor, in: $0)
                }
            }
        }
    }

    @Test func whatIsKeptIsSetWithinBounds() async throws {
        try await withGateway { gateway in
            let actor = gateway.actor
            for (kind, months) in [(Retention.Kind.generations, 1), (.postings, 23)] {
                await #expect(throws: Refusal.self) {
                    try await gateway.database.transaction {
                        try Retention.keep(months, of: kind, by: actor, in: $0)
                    }
                }
            }
            let list = try await gateway.database.transaction { transaction in
                try Retention.keep(2, of: .generations, by: actor, in: transaction)
                return try Retention.find(in: transaction).list(
                    .generations, at: actor.now + .seconds(20 * 86_400), in: transaction)
            }
            // In December, November is the second month.
            #expect(list.filter(\.isDue).map(\.first) == [Self.october])
            #expect(list.map(\.first).contains(Self.november))
        }
    }
}

/// What a transaction that is undone has seen.
private final class Findings: @unchecked Sendable {
    var checks: Set<String> = []
}
