import Gateway
import GatewaySupport
import Ledger
import SeedSupport
import Signing
import Testing
import Units

/// The first decision, as a function: who is let in, in order of arrival.
@Suite struct AdmissionDeskTests {
    private static let account = ID<Account>(high: 1, low: 1)
    private static let wallet = Wallet.Name(account: account, mode: .live)

    private func desk(
        dollars: Int64, limit: Int64 = 0, keys: [Key.Standing] = [.sample(1)]
    ) -> Desk {
        Desk(
            keys: keys,
            wallets: [
                Wallet(
                    name: Self.wallet, posted: .dollars(dollars), held: .zero,
                    creditLimit: .dollars(limit), chain: .start)
            ], generations: [])
    }

    private func answers(_ desk: inout Desk, asks: [Int64], key: UInt8 = 1) -> [String] {
        asks.map { dollars in
            do throws(Refusal) {
                _ = try desk.judge(.sample(key: key, dollars: dollars))
                return "yes"
            } catch {
                return error.kind.rawValue
            }
        }
    }

    @Test func aRefusalIsNotCountedAgainstTheNext() {
        var desk = desk(dollars: 100)
        #expect(answers(&desk, asks: [60, 50, 40]) == ["yes", "insufficient_credits", "yes"])
        #expect(desk.holds == [Self.wallet: .dollars(100)])
    }

    @Test func theLastCreditGoesToTheFirstWhoAsks() {
        var desk = desk(dollars: 1)
        #expect(answers(&desk, asks: [1, 1]) == ["yes", "insufficient_credits"])
    }

    @Test func aCreditLimitCounts() {
        var desk = desk(dollars: 1, limit: 2)
        #expect(answers(&desk, asks: [3, 1]) == ["yes", "insufficient_credits"])
    }

    @Test func whatIsFreeNeedsNoWallet() {
        var desk = Desk(keys: [.sample(1)], wallets: [], generations: [])
        #expect(answers(&desk, asks: [0]) == ["yes"])
        #expect(desk.holds.isEmpty)
    }

    @Test func everyKeyThatMayNotIsRefusedAndHoldsNothing() {
        let now = Day.today
        var desk = desk(
            dollars: 100,
            keys: [
                .sample(1, revokedAt: now - .seconds(1)), .sample(2, expiresAt: now),
                .sample(3, suspendedAt: now), .sample(4, scopes: [.read]), .sample(5),
                .sample(6, expiresAt: now + .microseconds(1)),
            ])
        let answers = (1...7).map { self.answers(&desk, asks: [1], key: UInt8($0)) }
        #expect(
            answers == [
                ["key_revoked"], ["key_expired"], ["account_suspended"], ["scope_missing"],
                ["yes"], ["yes"], ["key_invalid"],
            ])
        #expect(desk.holds == [Self.wallet: .dollars(2)])
    }

    /// Random batches beside a model of one number a wallet.
    @Test(arguments: (0..<200).map { UInt64($0) })
    func randomBatchesAgreeWithASmallModel(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let accounts = (1...3).map { ID<Account>(high: UInt64($0), low: 0) }
        let keys = accounts.enumerated().map { Key.Standing.sample(UInt8($0), account: $1) }
        var available = accounts.map { _ in Int64.random(in: -20...100, using: &random) }
        let wallets = zip(accounts, available).map { account, dollars in
            Wallet(
                name: .init(account: account, mode: .live), posted: .dollars(dollars + 7),
                held: .dollars(7), creditLimit: .zero, chain: .start)
        }
        var desk = Desk(keys: keys, wallets: wallets, generations: [])
        var held = accounts.map { _ in Int64(0) }
        for step in 0..<50 {
            let who = Int.random(in: 0..<accounts.count, using: &random)
            let ask = Int64.random(in: 0...40, using: &random)
            let passes = ask == 0 || ask <= available[who]
            if passes {
                available[who] -= ask
                held[who] += ask
            }
            let answer = answers(&desk, asks: [ask], key: UInt8(who))
            try #require(
                answer == [passes ? "yes" : "insufficient_credits"], "seed \(seed), step \(step)")
        }
        for (index, account) in accounts.enumerated() {
            #expect(
                desk.holds[.init(account: account, mode: .live)] ?? .zero == .dollars(held[index]),
                "seed \(seed)")
        }
    }
}

extension Credits {
    static func dollars(_ count: Int64) -> Credits {
        Credits(nanodollars: count * nanodollarsPerDollar)
    }
}

extension Key.Standing {
    static func sample(
        _ number: UInt8, account: ID<Account> = ID(high: 1, low: 1),
        scopes: Set<Key.Scope> = [.generate], expiresAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil, suspendedAt: Timestamp? = nil
    ) -> Key.Standing {
        Key.Standing(
            hash: KeyHash(bytes: [number]), account: account,
            id: ID(high: UInt64(number), low: 9), mode: .live, scopes: scopes,
            expiresAt: expiresAt, revokedAt: revokedAt, suspendedAt: suspendedAt)
    }
}

extension Submission {
    static func sample(key: UInt8, dollars: Int64) -> Submission {
        sample(key: KeyHash(bytes: [key]), quote: .dollars(dollars), server: ID(at: Day.today))
    }

    /// One request; it waits in the queue when no server is named.
    static func sample(
        key: KeyHash, quote: Credits, server: ID<Server>?, durable: Bool = false,
        claim: IdempotencyClaim? = nil, at now: Timestamp = Day.today
    ) -> Submission {
        let admission = Admission(
            generation: ID(at: now), dialect: "test", model: "test/paid", provider: "test",
            priceVersion: 1, n: 1,
            request: #"{"prompt":"a fox","size":"16x16","output_format":"png","seed":1}"#,
            quote: quote, start: server.map(Admission.Start.running) ?? .queued, durable: durable,
            deadline: now + .seconds(60), at: now)
        return Submission(key: key, admissions: [admission], claim: claim, at: now)
    }

    var generation: ID<Generation> { admissions[0].generation }
}

extension Verdict {
    /// What was let in; nil for a repetition.
    var admitted: Admitted? {
        if case .admitted(let admitted) = self { admitted } else { nil }
    }
}
