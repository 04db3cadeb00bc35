import Gateway
import GatewaySupport
import Ledger
import Testing
import Units

/// The second decision, as a function: what an ended generation costs, once.
@Suite struct SettlementDeskTests {
    private static let account = ID<Account>(high: 1, low: 1)
    private static let wallet = Wallet.Name(account: account, mode: .live)
    private static let server = ID<Server>(high: 7, low: 7)
    private static let generation = ID<Generation>(high: 5, low: 5)
    private static let posting = ID<Posting>(high: 6, low: 6)

    private func desk(held: Int64, row: OpenGeneration? = nil) -> Desk {
        Desk(
            keys: [],
            wallets: [
                Wallet(
                    name: Self.wallet, posted: .dollars(100), held: .dollars(held),
                    creditLimit: .zero, chain: .start)
            ],
            generations: [
                row
                    ?? OpenGeneration(
                        id: Self.generation, state: "running", ended: false, server: Self.server,
                        held: .dollars(held), captured: .zero, posting: nil)
            ])
    }

    private func delivered(
        cost: Int64, by server: ID<Server>? = server, posting: ID<Posting> = posting
    ) -> Settlement {
        Settlement(
            wallet: Self.wallet, generation: Self.generation, server: server,
            outcome: .delivered(images: 1, cost: .dollars(cost), kept: []), latency: .none,
            posting: posting, at: Day.today)
    }

    private func failed(by server: ID<Server>? = server) -> Settlement {
        Settlement(
            wallet: Self.wallet, generation: Self.generation, server: server,
            outcome: .failed(Refusal(.providerFailed, "no")), latency: .none,
            posting: Self.posting, at: Day.today)
    }

    @Test func whatWasDeliveredIsCapturedAndTheRestReleased() throws {
        var desk = desk(held: 10)
        guard case .ends(let settled) = try desk.judge(delivered(cost: 4)) else {
            Issue.record("it had not ended")
            return
        }
        #expect(settled.captured == .dollars(4))
        #expect(settled.released == .dollars(6))
        #expect(settled.posting == Self.posting)
        #expect(desk.postings.map(\.amount) == [.dollars(4)])
        #expect(desk.postings.map(\.endedHold) == [.dollars(10)])
        #expect(desk.holds.isEmpty)
    }

    @Test func aFailureReleasesEverything() throws {
        var desk = desk(held: 10)
        _ = try desk.judge(failed())
        #expect(desk.postings.isEmpty)
        #expect(desk.holds == [Self.wallet: .dollars(-10)])
    }

    @Test func nobodyPaysMoreThanWasHeld() throws {
        var desk = desk(held: 10)
        guard case .ends(let settled) = try desk.judge(delivered(cost: 11)) else {
            Issue.record("it had not ended")
            return
        }
        #expect(settled.captured == .dollars(10))
    }

    @Test func aFreeGenerationMovesNothing() throws {
        var desk = desk(held: 0)
        guard case .ends(let settled) = try desk.judge(delivered(cost: 0)) else {
            Issue.record("it had not ended")
            return
        }
        #expect(settled.posting == nil)
        #expect(desk.postings.isEmpty && desk.holds.isEmpty)
    }

    @Test func theSameEndTwiceIsAnsweredWithTheFirst() throws {
        var desk = desk(held: 10)
        _ = try desk.judge(delivered(cost: 4))
        guard case .endedBefore(let settled) = try desk.judge(delivered(cost: 4)) else {
            Issue.record("it ended twice")
            return
        }
        #expect(settled.captured == .dollars(4))
        #expect(desk.postings.count == 1)
    }

    @Test func anotherEndIsRefused() throws {
        var desk = desk(held: 10)
        _ = try desk.judge(failed())
        let refusal = #expect(throws: Refusal.self) { try desk.judge(delivered(cost: 4)) }
        #expect(refusal?.kind == .conflict)
        #expect(desk.postings.isEmpty)
    }

    @Test func aDeliveryUnderAnotherPostingIsAnotherEnd() throws {
        var desk = desk(held: 10)
        _ = try desk.judge(delivered(cost: 4))
        let other = delivered(cost: 4, posting: ID(high: 8, low: 8))
        #expect(throws: Refusal.self) { try desk.judge(other) }
    }

    /// A server may have taken it over from itself: then its first run ends nothing either.
    @Test func onlyTheRunThatHasItEndsIt() throws {
        var desk = desk(held: 10)
        let stranger = ID<Server>(high: 9, low: 9)
        #expect(throws: Refusal.self) { try desk.judge(delivered(cost: 4, by: stranger)) }
        #expect(throws: Refusal.self) { try desk.judge(failed(by: nil)) }
        let earlier = Settlement(
            wallet: Self.wallet, generation: Self.generation, server: Self.server, run: 7,
            outcome: .failed(Refusal(.providerFailed, "no")), latency: .none,
            posting: Self.posting, at: Day.today)
        #expect(throws: Refusal.self) { try desk.judge(earlier) }
        #expect(desk.postings.isEmpty && desk.holds.isEmpty)
        _ = try desk.judge(failed())
        #expect(desk.holds == [Self.wallet: .dollars(-10)])
    }

    @Test func whatNobodyAdmittedIsNotSettled() {
        var desk = Desk(keys: [], wallets: [], generations: [])
        let refusal = #expect(throws: Refusal.self) { try desk.judge(delivered(cost: 4)) }
        #expect(refusal?.kind == .notFound)
    }
}
