import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

@testable import Gateway

/// Credits that expire, over the real engine and database. `withGateway` ends each with the audit.
@Suite struct ExpiryTests {
    @Test func toTheMicrosecondOnEveryServer() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            try await gateway.give(2, to: acme, .promotional, in: .seconds(3600))
            gateway.time.pass(.seconds(3600) - .microseconds(1))
            let last = try await gateway.hold(1, for: acme)
            gateway.time.pass(.microseconds(1))
            for server in [other, gateway, other] {
                let refusal = try await #require(throws: Refusal.self) {
                    try await server.hold(1, for: acme)
                }
                #expect(refusal.shortfall?.available == .zero)
            }
            // What was begun before is paid from what was promised to it.
            try await other.settle(last, cost: 1)
            #expect(try await gateway.wallet(of: acme).posted == .zero)
            #expect(try await gateway.books(of: acme) == ["promotion 1"])
        }
    }

    @Test func whatAnEndedHoldLeavesExpiresBeforeTheNextCanHoldIt() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            try await gateway.give(5, to: acme, .paid, in: .seconds(60))
            let early = try await gateway.hold(5, for: acme)
            gateway.time.pass(.seconds(60))
            try await gateway.give(1, to: acme, .paid)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(6))
            let late = try await gateway.hold(1, for: acme)
            // In one batch: the release, and somebody who would like to have it.
            async let settled: Void = gateway.settle(early, cost: 3)
            async let refused = gateway.answer(2, for: acme)
            _ = try await (settled, refused)
            #expect(try await gateway.answer(1, for: acme) == "insufficient_credits")
            #expect(try await gateway.books(of: acme) == ["breakage 2"])
            // Begun after the expiry, it is paid from what is there.
            try await gateway.settle(late, cost: 1)
            #expect(try await gateway.wallet(of: acme).posted == .zero)
            #expect(try await gateway.wallet(of: acme).lapsing == nil)
        }
    }

    /// Two generations are open over the instant of an expiry, and the younger one ends first.
    @Test func whatBeganLaterLeavesWhatWasPromised() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5")
            try await gateway.give(5, to: acme, .paid, in: .seconds(60))
            let early = try await gateway.hold(5, for: acme)
            gateway.time.pass(.seconds(60))
            let late = try await gateway.hold(5, for: acme)
            try await gateway.settle(late, cost: 4)
            #expect(try await gateway.lots(of: acme) == ["paid 5", "paid 1"])
            try await gateway.settle(early, cost: nil)
            #expect(try await gateway.books(of: acme) == ["breakage 5"])
            #expect(try await gateway.lots(of: acme) == ["paid 1"])
        }
    }

    @Test func aFailureAfterTheExpiryGivesNothingBack() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(creditLimit: "1")
            try await gateway.give(5, to: acme, .paid, in: .seconds(60))
            let early = try await gateway.hold(5, for: acme)
            gateway.time.pass(.seconds(61))
            let onLimit = try await gateway.hold(1, for: acme)
            try await gateway.settle(early, cost: nil)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.posted == .zero && wallet.held == .dollars(1))
            try await gateway.settle(onLimit, cost: 1)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(-1))
        }
    }

    @Test func theSweepTakesWhatNobodyLooksAt() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let idle = try await gateway.customer(credits: "7")
            try await gateway.give(5, to: acme, .paid, in: .seconds(60))
            try await gateway.give(4, to: idle, .promotional, in: .seconds(60))
            try await gateway.give(3, to: idle, .paid, in: .seconds(90))
            let now = gateway.time.clock.now
            #expect(try await Expiry.sweep(on: gateway.database, at: now + .seconds(59)) == 0)
            gateway.time.pass(.seconds(60))
            #expect(try await gateway.sweep() == 2)
            #expect(try await gateway.sweep() == 0)
            #expect(try await gateway.wallet(of: idle).posted == .dollars(10))
            gateway.time.pass(.seconds(30))
            #expect(try await gateway.sweep() == 1)
            #expect(try await gateway.books(of: idle) == ["promotion 4", "breakage 3"])
            #expect(try await gateway.wallet(of: idle).nextExpiry == nil)
        }
    }

    /// A balance that is read is never more than could be held, though no posting says so yet.
    @Test func aReaderSeesWhatIsLeftAtTheInstant() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1")
            try await gateway.give(2, to: acme, .promotional, in: .seconds(60))
            let pays = try await gateway.hold(1, for: acme)
            try await gateway.settle(pays, cost: 1)
            #expect(try await gateway.lots(of: acme) == ["promotional 1", "paid 1"])
            gateway.time.pass(.seconds(60))
            #expect(try await gateway.lots(of: acme) == ["paid 1"])
            #expect(try await gateway.wallet(of: acme).posted == .dollars(2))
            #expect(try await gateway.sweep() == 1)
            #expect(try await gateway.lots(of: acme) == ["paid 1"])
            #expect(try await gateway.wallet(of: acme).posted == .dollars(1))
        }
    }

    /// Holds and ends of four servers while the instant passes, in any order: money stays whole, and
    /// the books of all lots agree with the postings.
    @Test(arguments: 1...4) func aRaceWithTheInstant(round: Int) async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "20")
            for minute in 1...3 {
                try await gateway.give(
                    30, to: acme, minute == 2 ? .promotional : .paid,
                    in: .seconds(60 * Int64(minute)))
            }
            var servers = [gateway]
            for _ in 1...3 { servers.append(try await gateway.otherServer()) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for call in 0..<160 {
                    group.addTask { [servers] in
                        let server = servers[call % 4]
                        guard let held = try? await server.hold(1, for: acme) else {
                            // What is refused has held nothing.
                            return
                        }
                        if call % 40 == 20 { gateway.time.pass(.seconds(60)) }
                        if call % 7 == 0 { try await gateway.sweep() }
                        try await servers[(call + 1) % 4].settle(
                            held, cost: call % 5 == 0 ? nil : 1)
                    }
                }
                try await group.waitForAll()
            }
            gateway.time.pass(.seconds(600))
            try await gateway.sweep()
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.held == .zero && wallet.lapsing == nil && wallet.nextExpiry == nil)
            let lots = try await gateway.lots(of: acme)
            #expect(lots == (wallet.posted == .zero ? [] : ["paid \(wallet.posted)"]))
            for server in servers.dropFirst() { server.database.close() }
        }
    }

    /// Whenever its book is closed, what is left is the same.
    @Test func aBookThatIsClosedInBetweenSaysTheSame() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "20")
            try await gateway.give(9, to: acme, .promotional, in: .seconds(600))
            for step in 0..<6 {
                try await gateway.settle(try await gateway.hold(2, for: acme), cost: 2)
                let before = try await gateway.lots(of: acme)
                if step % 2 == 0 {
                    let now = gateway.time.clock.now
                    try await gateway.database.transaction { transaction in
                        let names = [Wallet.Name(account: acme.account, mode: .live)]
                        let books = try LotBook.open(
                            names, at: now, asking: Expiry.generations, in: transaction)
                        try LotBook.close(
                            books.map { ($0, $0.stretch.through) }, at: now, in: transaction)
                    }
                }
                #expect(try await gateway.lots(of: acme) == before)
            }
            #expect(try await gateway.lots(of: acme) == ["paid 17"])
        }
    }

    /// A sweep closes books that have grown, and a settlement that waited for hours is still found.
    @Test func theSweepClosesBooksThatHaveGrown() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "20")
            try await gateway.give(9, to: acme, .promotional, in: .seconds(90_000))
            gateway.time.pass(.seconds(10_000))
            let early = try await gateway.hold(2, for: acme)
            let name = early.wallet
            try await gateway.settle(try await gateway.hold(3, for: acme), cost: 3)
            #expect(try await gateway.closed(name) == 0)
            let now = gateway.time.clock.now
            try await Expiry.sweep(on: gateway.database, at: now, closingAfter: 3)
            #expect(try await gateway.closed(name) == 0)
            try await Expiry.sweep(on: gateway.database, at: now, closingAfter: 2)
            #expect(try await gateway.closed(name) == 3)
            #expect(try await gateway.lots(of: acme) == ["promotional 6", "paid 20"])
            try await gateway.settle(early, cost: 2, postedAt: now - .seconds(9000))
            #expect(try await gateway.lots(of: acme) == ["promotional 4", "paid 20"])
            gateway.time.pass(.seconds(80_000))
            #expect(try await gateway.sweep() == 1)
            #expect(try await gateway.books(of: acme) == ["promotion 4"])
        }
    }

    @Test func anAccountIsToldWhenAnExpiryTakesItBelowItsLine() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1")
            let actor = gateway.actor
            try await gateway.give(4, to: acme, .paid, in: .seconds(60))
            try await gateway.database.transaction { transaction in
                _ = try WebhookEndpoint.create(
                    .init(url: "https://acme.example/hook", events: [.balanceLow]),
                    for: acme.account, refusal: { _ in nil }, by: actor, in: transaction)
                try Account.setAlert(
                    below: .dollars(2), of: acme.account, by: actor, in: transaction)
            }
            gateway.time.pass(.seconds(60))
            try await gateway.sweep()
            let told = try await gateway.database.read { transaction in
                try transaction.rows("select data->>'balance' from webhook_delivery") {
                    try $0.next(String.self)
                }
            }
            #expect(told == ["1"])
        }
    }

    @Test func onlyWhatIsGivenExpires() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            for wait in [Duration.zero, .seconds(-1), .seconds(101 * 366 * 86_400)] {
                let refusal = try await #require(throws: Refusal.self) {
                    try await gateway.give(1, to: acme, .paid, in: wait)
                }
                #expect(refusal.field == "expires")
            }
            let refusal = try await #require(throws: Refusal.self) {
                try await gateway.give(1, to: acme, .adjustment, in: .seconds(1))
            }
            #expect(refusal.field == "expires")
        }
    }

    @Test func anAdjustmentTakesNothingThatHasExpired() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            try await gateway.give(5, to: acme, .paid, in: .seconds(60))
            try await gateway.give(1, to: acme, .paid)
            gateway.time.pass(.seconds(60))
            let refusal = try await #require(throws: Refusal.self) {
                try await gateway.give(-2, to: acme, .adjustment)
            }
            #expect(refusal.kind == .insufficientCredits)
            try await gateway.give(-1, to: acme, .adjustment)
            #expect(try await gateway.books(of: acme) == ["breakage 5"])
        }
    }
}
