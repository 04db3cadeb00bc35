import Gateway
import GatewaySupport
import Jobs
import Ledger
import Postgres
import Testing
import Units

/// Daily totals: each capture in them once, whenever and by however many they are rolled up.
@Suite struct DailyTotalsTests {
    /// The rows of an account: day, billed month, line, unit, unit price, generations, images,
    /// quantity and amount in nanodollars.
    private func rows(
        of customer: Customer, in gateway: TestGateway
    ) async throws -> [String] {
        try await gateway.database.read { transaction in
            try transaction.rows(
                """
                select concat_ws(' ', day, to_char(billed_month, 'YYYY-MM'), line, unit, unit_amount,
                    generations, images, quantity, amount)
                from usage_day where account_id = \(customer.account)
                order by billed_month, day, line, unit_amount
                """
            ) { try $0.next(String.self) }
        }
    }

    @Test func aCaptureIsSummedOnceByItsLine() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            for _ in 0..<3 { try await gateway.charge(acme, [.line(1, 2, 8)], images: 2) }
            try await DailyTotals.rollUp(on: gateway.database)
            try await DailyTotals.rollUp(on: gateway.database)
            try await gateway.charge(acme, [.line(1, 1, 4)])
            // The next day, in another row.
            gateway.time.pass(.seconds(86_400))
            try await gateway.charge(acme, [.line(1, 1, 4)])
            #expect(try await DailyTotals.rollUp(on: gateway.database) == 2)
            #expect(
                try await rows(of: acme, in: gateway) == [
                    "2026-11-21 2026-11 1 image 4000000000 4 7 7 28000000000",
                    "2026-11-22 2026-11 1 image 4000000000 1 1 1 4000000000",
                ])
        }
    }

    @Test func whatHasSeveralLinesIsSummedLineByLine() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            let charges: [ChargedLine] = [.line(1, 1, 3), .line(2, 4, 8)]
            try await gateway.charge(acme, charges)
            // The hold was a dollar short: line 0 takes it back.
            try await gateway.charge(acme, charges, held: ChargedLine.line(0, 0, 10).amount)
            // A single line that counts more often than there are pictures.
            try await gateway.charge(acme, [.line(2, 5, 10)])
            try await DailyTotals.rollUp(on: gateway.database)
            #expect(
                try await rows(of: acme, in: gateway) == [
                    "2026-11-21 2026-11 0 adjustment 0 0 0 0 -1000000000",
                    "2026-11-21 2026-11 1 image 3000000000 2 2 2 6000000000",
                    "2026-11-21 2026-11 2 adjustment 2000000000 1 1 13 26000000000",
                ])
        }
    }

    /// A program of before the migration, or a settlement that nobody explained.
    @Test func whatSaysNoLineIsToldFromThePriceWhereItCanBe() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            try await gateway.charge(acme, [.line(1, 1, 7)])
            let listed = ChargedLine(line: 1, quantity: 3, amount: Credits(nanodollars: 12_000_000))
            try await gateway.charge(acme, [listed], images: 3)
            try await gateway.database.transaction { transaction in
                try transaction.send("set local role none")
                try transaction.send("set local session_replication_role = replica")
                try transaction.send("update generation set charge_line = null")
            }
            try await DailyTotals.rollUp(on: gateway.database)
            #expect(
                try await rows(of: acme, in: gateway) == [
                    "2026-11-21 2026-11 0 adjustment 0 1 1 0 7000000000",
                    "2026-11-21 2026-11 1 image 4000000 1 3 3 12000000",
                ])
        }
    }

    @Test func whatComesLateGoesToTheNextOpenMonth() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            let wallet = Wallet.Name(account: acme.account, mode: .live)
            let month = CivilDate(gateway.time.clock.now)
            let now = gateway.time.clock.now
            try await gateway.charge(acme, [.line(1, 1, 4)])
            try await gateway.database.transaction { transaction in
                try DailyTotals.close(month, of: wallet, at: now, in: transaction)
                try DailyTotals.close(
                    month.startOfMonth(plus: 1), of: wallet, at: now, in: transaction)
            }
            try await gateway.charge(acme, [.line(1, 1, 4)])
            try await DailyTotals.rollUp(on: gateway.database)
            #expect(
                try await rows(of: acme, in: gateway) == [
                    "2026-11-21 2026-11 1 image 4000000000 1 1 1 4000000000",
                    "2026-11-21 2027-01 1 image 4000000000 1 1 1 4000000000",
                ])
        }
    }

    @Test func aPostingDatedLongBeforeTheOthersIsFound() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            gateway.time.pass(.seconds(5 * 86_400))
            try await gateway.lease.renew()
            try await gateway.charge(acme, [.line(1, 1, 4)])
            try await DailyTotals.rollUp(on: gateway.database)
            gateway.time.pass(.seconds(-5 * 86_400))
            try await gateway.charge(acme, [.line(1, 1, 4)])
            #expect(try await DailyTotals.rollUp(on: gateway.database) == 1)
            #expect(try await rows(of: acme, in: gateway).count == 2)
        }
    }

    @Test func manyAtOnceAddNothingTwice() async throws {
        try await withGateway { gateway in
            var customers: [Customer] = []
            for _ in 0..<4 { customers.append(try await gateway.customer(credits: "100.00")) }
            for round in 1...5 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for customer in customers {
                        group.addTask { try await gateway.charge(customer, [.line(1, 1, 4)]) }
                        group.addTask {
                            try await DailyTotals.rollUp(customer.account, on: gateway.database)
                        }
                        group.addTask { try await DailyTotals.rollUp(on: gateway.database) }
                    }
                    try await group.waitForAll()
                }
                try await DailyTotals.rollUp(on: gateway.database)
                for customer in customers {
                    #expect(
                        try await rows(of: customer, in: gateway) == [
                            "2026-11-21 2026-11 1 image 4000000000 \(round) \(round) \(round) \(round * 4)000000000"
                        ])
                }
            }
        }
    }

    @Test func whatIsMissingStopsItsWalletAndNoOther() async throws {
        try await withGateway(auditing: false) { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            let other = try await gateway.customer(credits: "100.00")
            for customer in [acme, other] { try await gateway.charge(customer, [.line(1, 1, 4)]) }
            try await gateway.database.transaction { transaction in
                try transaction.send("set local role none")
                try transaction.send("set local session_replication_role = replica")
                try transaction.send(
                    "delete from posting where account_id = \(acme.account) and number = 2")
            }
            await #expect(throws: MissingPostings.self) {
                try await DailyTotals.rollUp(on: gateway.database)
            }
            #expect(try await rows(of: acme, in: gateway).isEmpty)
            #expect(try await rows(of: other, in: gateway).count == 1)
        }
    }
}
