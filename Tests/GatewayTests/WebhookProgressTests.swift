import GatewaySupport
import Postgres
import Testing
import Units

@testable import Gateway

/// News that is told once, and how soon anything is told.
@Suite(.timeLimit(.minutes(10))) struct WebhookProgressTests {
    private let url = "https://acme.example/hook"

    @Test func progressIsToldOnceToWhoWantsIt() async throws {
        // A dialect may tell a request's own address in words of its own.
        try await WebhookMailroom.with(bodies: { Array("\($0.event) \($0.url)".utf8) }) {
            mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, "https://no.example")
            _ = try await mailroom.endpoint(
                of: acme, "https://yes.example", events: [.progress, .completed])
            await mailroom.receiver.answer(url, .answered(status: 500))
            let generation = ID<Generation>(at: mailroom.gateway.time.clock.now)
            mailroom.deliverer.sendProgress(
                of: generation, account: acme.account, requestURL: url)
            #expect(await mailroom.deliverer.sendProgressOnce() == 1)
            let received = await mailroom.receiver.received
            #expect(Set(received.map(\.url)) == [url, "https://yes.example"])
            #expect(received.allSatisfy { $0.body == Array("progress \($0.url)".utf8) })
            #expect(received.allSatisfy { $0.header("webhook-signature") != nil })
            // Not kept, so not repeated either.
            #expect(await mailroom.deliverer.sendProgressOnce() == 0)
            #expect(try await mailroom.deliverer.deliverOnce() == 0)
            #expect(try await mailroom.deliveries(of: acme).isEmpty)
        }
    }

    @Test func progressIsDroppedWhenALaterEventIsDue() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let generation = ID<Generation>(at: mailroom.gateway.time.clock.now)
            mailroom.deliverer.sendProgress(
                of: generation, account: acme.account, requestURL: url)
            try await mailroom.tell(acme, requestURL: url, generation: generation)
            #expect(await mailroom.deliverer.sendProgressOnce() == 1)
            #expect(await mailroom.receiver.received.isEmpty)
        }
    }

    @Test func aGenerationWaitsOnceHoweverFastItComesOn() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let generation = ID<Generation>(at: mailroom.gateway.time.clock.now)
            for _ in 0..<5 {
                mailroom.deliverer.sendProgress(
                    of: generation, account: acme.account, requestURL: url)
            }
            #expect(await mailroom.deliverer.sendProgressOnce() == 1)
            #expect(await mailroom.receiver.received.count == 1)
        }
    }

    @Test func whatIsTooMuchIsDropped() {
        let queue = WebhookProgressQueue()
        let now = Day.today
        for _ in 0..<2000 {
            queue.add(.init(account: ID(at: now), generation: ID(at: now), requestURL: nil))
        }
        var told = 0
        while case let taken = queue.take(), !taken.isEmpty {
            #expect(taken.count <= 16)
            told += taken.count
            for news in taken { queue.done(news) }
        }
        #expect(told == WebhookProgressQueue.waitingMax)
    }

    @Test func anAccountHasAFewPlacesForProgress() {
        let queue = WebhookProgressQueue()
        let (busy, other) = (ID<Account>(at: Day.today), ID<Account>(at: Day.today))
        for _ in 0..<100 {
            queue.add(.init(account: busy, generation: ID(at: Day.today), requestURL: nil))
        }
        queue.add(.init(account: other, generation: ID(at: Day.today), requestURL: nil))
        let taken = queue.take()
        #expect(taken.count { $0.account == busy } == 4)
        #expect(taken.count { $0.account == other } == 1)
        #expect(queue.take().isEmpty)
    }

    @Test func aDelivererThatIsWokenSendsAtOnce() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await mailroom.deliverer.run() }
                // Through its first look, so that only being woken can be what makes it look.
                group.addTask { mailroom.deliverer.wake() }
                for number in 1...20 {
                    do {
                        try await mailroom.tell(acme, requestURL: url)
                    } catch {
                        Issue.record(error)
                    }
                    mailroom.deliverer.wake()
                    await mailroom.receiver.wait(for: number, at: url)
                }
                mailroom.deliverer.sendProgress(
                    of: ID(at: Day.today), account: acme.account, requestURL: url)
                await mailroom.receiver.wait(for: 21, at: url)
                group.cancelAll()
            }
            #expect(mailroom.deliverer.underWay == 0)
        }
    }
}
