import Ledger
import Testing
import Units

/// Stories of one wallet, a line a step: what is done, with whole dollars, and what it answers.
@Suite struct WalletStoryTests {
    @Test func holdsNeverPassWhatIsAvailable() throws {
        try check(
            """
            grant 500          -> ok
            hold fox 400       -> ok
            hold owl 200       -> insufficient_credits
            hold owl 100       -> ok
            hold elk 1         -> insufficient_credits
            available          -> 0
            """)
    }

    @Test func aRefusalChangesNothingForTheNextInLine() throws {
        try check(
            """
            grant 100          -> ok
            hold fox 60        -> ok
            hold owl 50        -> insufficient_credits
            hold elk 40        -> ok
            available          -> 0
            """)
    }

    @Test func aReleaseGivesEverythingBack() throws {
        try check(
            """
            grant 10           -> ok
            hold fox 10        -> ok
            release fox        -> ok
            available          -> 10
            posted             -> 10
            """)
    }

    @Test func aCaptureTakesItsPartAndGivesBackTheRest() throws {
        try check(
            """
            grant 10           -> ok
            hold fox 6         -> ok
            capture fox 4      -> ok
            posted             -> 6
            held               -> 0
            available          -> 6
            """)
    }

    @Test func aCreditLimitIsSpentAfterTheBalance() throws {
        try check(
            """
            limit 5            -> ok
            grant 1            -> ok
            hold fox 6         -> ok
            hold owl 1         -> insufficient_credits
            capture fox 6      -> ok
            posted             -> -5
            available          -> 0
            """)
    }

    @Test func anAdjustmentTakesNoMoreThanIsAvailable() throws {
        try check(
            """
            grant 10           -> ok
            hold fox 4         -> ok
            take 7             -> insufficient_credits
            take 6             -> ok
            available          -> 0
            posted             -> 4
            """)
    }

    @Test func whatIsFreeIsHeldByAnEmptyWallet() throws {
        try check(
            """
            hold fox 0         -> ok
            release fox        -> ok
            posted             -> 0
            """)
    }

    @Test func aRefusalSaysHowMuchIsMissing() throws {
        var wallet = Wallet.sample(posted: 3)
        let refusal = try #require(throws: Refusal.self) { try wallet.hold(.dollars(5)) }
        #expect(refusal.shortfall?.needed == .dollars(5))
        #expect(refusal.shortfall?.available == .dollars(3))
        #expect(refusal.shortfall?.missing == .dollars(2))
        #expect(wallet == .sample(posted: 3))
    }

    /// Carries a story out and compares every answer.
    private func check(_ story: String, _ location: SourceLocation = #_sourceLocation) throws {
        var told = Story()
        for line in story.split(separator: "\n") {
            let parts = line.split(separator: "->")
            let words = parts[0].split(separator: " ").map(String.init)
            let expected = parts[1].split(separator: " ").joined()
            #expect(try told.step(words) == expected, "\(line)", sourceLocation: location)
        }
    }
}

/// A wallet and the holds that a story has named.
private struct Story {
    private var wallet = Wallet.sample()
    private var holds: [String: Credits] = [:]
    private var clock = Timestamp(seconds: 1_795_262_400)

    mutating func step(_ words: [String]) throws -> String {
        do {
            return try answer(words)
        } catch let refusal as Refusal {
            return refusal.kind.rawValue
        }
    }

    private mutating func answer(_ words: [String]) throws -> String {
        clock = clock + .seconds(1)
        let amount = Credits(dollars: words.last ?? "") ?? .zero
        switch words[0] {
        case "limit": wallet = .sample(limit: amount)
        case "grant":
            _ = wallet.credit(amount, from: .funding, reason: "", as: ID(at: clock), at: clock)
        case "take":
            _ = try wallet.debit(amount, to: .adjustment, reason: "", as: ID(at: clock), at: clock)
        case "hold":
            try wallet.hold(amount)
            holds[words[1]] = amount
        case "release": wallet.release(takeHold(words[1]))
        case "capture":
            _ = wallet.capture(
                amount, of: takeHold(words[1]), for: ID(at: clock), as: ID(at: clock), at: clock)
        case "available": return wallet.available.dollars
        case "posted": return wallet.posted.dollars
        case "held": return wallet.held.dollars
        default: Issue.record("there is no step \(words[0])")
        }
        return "ok"
    }

    private mutating func takeHold(_ name: String) -> Credits {
        guard let hold = holds.removeValue(forKey: name) else {
            preconditionFailure("the story has not placed the hold \(name)")
        }
        return hold
    }
}

extension Wallet {
    static let sampleName = Name(account: ID(high: 1, low: 1), mode: .live)

    static func sample(posted: Int64 = 0, limit: Credits = .zero) -> Wallet {
        Wallet(
            name: sampleName, posted: .dollars(posted), held: .zero, creditLimit: limit,
            chain: .start)
    }
}

extension Credits {
    static func dollars(_ count: Int64) -> Credits {
        Credits(nanodollars: count * nanodollarsPerDollar)
    }
}
