import GatewaySupport
import Log
import Postgres
import Testing
import Units

@testable import Gateway

/// Whose turn it is, and what a crash or an end leaves behind.
@Suite(.timeLimit(.minutes(10))) struct WebhookTurnTests {
    private let url = "https://acme.example/hook"

    private func queue(_ count: Int, _ customer: Customer, in mailroom: WebhookMailroom)
        async throws
    {
        let now = mailroom.gateway.time.clock.now
        try await mailroom.queue(
            (0..<count).map { _ in
                WebhookEvent(
                    account: customer.account, message: ID(at: now), event: .completed,
                    subject: .generation(ID(at: now)), requestURL: url, at: now)
            })
    }

    @Test func anAttemptThatIsLostIsMadeAgainAfterAMinute() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let message = try await mailroom.tell(acme, requestURL: url)
            let now = mailroom.gateway.time.clock.now
            // As by a server that dies before it has sent anything.
            let taken = try await mailroom.gateway.database.transaction {
                try WebhookClaim.take(
                    .init(free: 64, underWay: [:], after: ID(high: 0, low: 0)), at: now, in: $0)
            }
            #expect(taken.deliveries.map(\.delivery.message) == [message])
            mailroom.gateway.time.pass(.seconds(59))
            #expect(try await mailroom.deliverer.deliverOnce() == 0)
            mailroom.gateway.time.pass(.seconds(1))
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .delivered && delivery.attempts == 2)
            #expect(attempts.count == 1)
        }
    }

    @Test func twoServersDoNotSendTheSameDelivery() async throws {
        try await WebhookMailroom.with { mailroom in
            let customers = [
                try await mailroom.gateway.customer(), try await mailroom.gateway.customer(),
            ]
            for customer in customers { try await queue(100, customer, in: mailroom) }
            let other = try WebhookMailroom.deliverer(mailroom.gateway, mailroom.receiver)
            async let first = mailroom.deliverer.deliverOnce()
            async let second = other.deliverOnce()
            #expect(try await first + second == 200)
            let ids = await mailroom.receiver.received.map { $0.header("webhook-id") }
            #expect(ids.count == 200 && Set(ids).count == 200)
        }
    }

    @Test func oneAccountsBacklogDoesNotStarveAnother() async throws {
        try await WebhookMailroom.with { mailroom in
            let flooded = try await mailroom.gateway.customer()
            let acme = try await mailroom.gateway.customer()
            try await queue(10_000, flooded, in: mailroom)
            await mailroom.receiver.hold(url)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await mailroom.deliverer.run() }
                // The flood has taken all the places that it may.
                await mailroom.receiver.wait(for: 30, at: url)
                let own = "https://own.example"
                try await mailroom.tell(acme, requestURL: own)
                mailroom.deliverer.wake()
                await mailroom.receiver.wait(for: 1, at: own)
                #expect(await mailroom.receiver.received(at: url) < 64)
                group.cancelAll()
            }
        }
    }

    /// Places free, attempts under way, and how many more the account may begin.
    @Test(arguments: [(64, 0, 4), (36, 28, 4), (34, 30, 2), (32, 32, 0), (10, 32, 0), (1, 0, 1)])
    func anAccountLeavesPlacesForOthers(free: Int, underWay: Int, places: Int) {
        let account = ID<Account>(at: Day.today)
        let room = WebhookClaim.Room(
            free: free, underWay: underWay == 0 ? [:] : [account: underWay],
            after: ID(high: 0, low: 0))
        #expect(room.places(for: account) == places)
    }

    @Test func eachAccountGetsAFewInTurn() async throws {
        try await WebhookMailroom.with { mailroom in
            var customers: [Customer] = []
            for _ in 0..<20 { customers.append(try await mailroom.gateway.customer()) }
            for customer in customers { try await queue(10, customer, in: mailroom) }
            let now = mailroom.gateway.time.clock.now
            var after = ID<Account>(high: 0, low: 0)
            var turns: [ID<Account>: Int] = [:]
            for _ in 0..<5 {
                let room = WebhookClaim.Room(free: 16, underWay: [:], after: after)
                let taken = try await mailroom.gateway.database.transaction {
                    try WebhookClaim.take(room, at: now, in: $0)
                }
                #expect(taken.deliveries.count == 16)
                for one in taken.deliveries { turns[one.delivery.account, default: 0] += 1 }
                after = taken.after
            }
            #expect(turns.count == 20 && turns.values.allSatisfy { $0 == 4 })
        }
    }

    @Test func manyAccountsThatWaitForLaterDoNotHideOneThatIsDue() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let later = mailroom.gateway.time.clock.now + .seconds(3600)
            // Accounts of ids before and after every real one.
            try await mailroom.gateway.sql(
                """
                with others as (
                    insert into account (id, name, email, tax_ppm, created_at)
                    select (first || lpad(to_hex(number), 7, '0')
                            || '-0000-7000-8000-000000000000')::uuid,
                        'other', 'other@example.org', 0, \(later)
                    from generate_series(1, 1200) number, unnest(array['0', 'f']) first
                    returning id
                )
                insert into webhook_delivery (account_id, id, endpoint_id, url, event,
                    generation_id, next_at, created_at)
                select id, id, \(WebhookEndpoint.ofTheRequest), 'x', 'generation.completed', id,
                    \(later), \(later)
                from others
                """)
            try await mailroom.tell(acme, requestURL: url)
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
            #expect(await mailroom.receiver.received(at: url) == 1)
        }
    }

    @Test func whatIsCutShortByTheEndCountsForNothing() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, url)
            await mailroom.receiver.hold(url)
            let message = try await mailroom.tell(acme)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await mailroom.deliverer.run() }
                await mailroom.receiver.wait(for: 1, at: url)
                group.cancelAll()
            }
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .pending && delivery.attempts == 0 && attempts.isEmpty)
            #expect(try await mailroom.endpoints(of: acme).map(\.failingSince) == [nil])
            await mailroom.receiver.release(url)
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
        }
    }

    @Test func whatGotThroughWhileTheServerStoppedIsNotSentAgain() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let message = try await mailroom.tell(acme, requestURL: url)
            let receiver = mailroom.receiver
            await receiver.hold(url)
            // Answers 200 although its asking was cancelled: the answer was on its way.
            let stubborn = WebhookSender(
                refusal: { _ in nil },
                post: {
                    _ = await receiver.sender.post($0)
                    return .answered(status: 200)
                })
            let deliverer = WebhookDeliverer(
                database: mailroom.gateway.database, url: Secret(mailroom.gateway.url),
                settings: .init(), sender: stubborn,
                pepper: try #require(TestGateway.pepper), random: SystemRandomNumberGenerator(),
                clock: mailroom.gateway.time.clock, log: .silent, body: { _ in [] })
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await deliverer.run() }
                await receiver.wait(for: 1, at: url)
                group.cancelAll()
            }
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .delivered)
        }
    }

    @Test func whatIsPastItsDaysIsForgotten() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, .answered(status: 200))
            try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            mailroom.gateway.time.pass(.seconds(86_400))
            let younger = try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            let pending = try await mailroom.tell(acme, requestURL: url)
            mailroom.gateway.time.pass(WebhookDelivery.keptFor - .seconds(3600))
            #expect(try await mailroom.deliverer.sweepOnce() == 1)
            #expect(
                Set(try await mailroom.deliveries(of: acme).map(\.message)) == [younger, pending])
            let attempts = try await mailroom.gateway.database.read { transaction in
                try transaction.execute("select from webhook_attempt")
            }
            #expect(attempts == 1)
            mailroom.gateway.time.pass(.seconds(365 * 86_400))
            #expect(try await mailroom.deliverer.sweepOnce() == 1)
            #expect(try await mailroom.deliveries(of: acme).map(\.message) == [pending])
        }
    }
}
