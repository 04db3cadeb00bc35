import Ledger
import Testing
import Units

/// Stories of what is left of lots. A lot is `name kind dollars [expires]`, an hour is a whole number.
@Suite struct LotBookTests {
    @Test func whatExpiresSoonestIsSpentFirst() {
        check(
            """
            give old paid 5            -> old 5
            give gift promotional 5    -> gift 5 old 5
            give late paid 5 9         -> late 5 gift 5 old 5
            give soon paid 5 3         -> soon 5 late 5 gift 5 old 5
            give same promotional 5 3  -> same 5 soon 5 late 5 gift 5 old 5
            take 12                    -> late 3 gift 5 old 5
            take 9                     -> old 4
            """)
    }

    @Test func whatNoLotCoversIsOwedByTheNext() {
        check(
            """
            give one paid 5            -> one 5
            take 7                     -> owed 2
            give two paid 1            -> owed 1
            give six paid 6 3          -> six 5
            """)
    }

    @Test func whatNobodyHoldsExpires() {
        check(
            """
            give one paid 5 3          -> one 5
            give two paid 5            -> one 5 two 5
            expire 2                   -> one 5 two 5
            expire 3                   -> two 5
            """)
    }

    @Test func whatWasHeldBeforeStaysUntilItsHoldEnds() {
        check(
            """
            give one paid 5 3          -> one 5
            give two paid 5            -> one 5 two 5
            hold fox 4 2               -> one 5 two 5
            expire 3                   -> one 4 two 5
            end fox 1                  -> one 3 two 5
            expire 4                   -> two 5
            """)
    }

    @Test func whatBeginsLaterIsNotPaidFromWhatHasExpired() {
        check(
            """
            give one paid 5 3          -> one 5
            give two paid 5            -> one 5 two 5
            hold fox 5 2               -> one 5 two 5
            expire 3                   -> one 5 two 5
            hold owl 5 3               -> one 5 two 5
            end owl 4                  -> one 5 two 1
            end fox 5                  -> two 1
            expire 4                   -> two 1
            """)
    }

    @Test func oneHoldKeepsNoMoreThanItself() {
        check(
            """
            give one promotional 5 3   -> one 5
            give two paid 5 4          -> one 5 two 5
            hold fox 7 2               -> one 5 two 5
            expire 4                   -> one 5 two 2
            end fox 6                  -> two 1
            expire 4                   -> nothing
            """)
    }

    /// Whatever the rows say: what is held stays in the wallet.
    @Test func nothingExpiresThatIsNotAvailable() {
        var wallet = Wallet(
            name: Wallet.sampleName, posted: .dollars(5), held: .dollars(4), creditLimit: .zero,
            chain: .start)
        var book = LotBook(wallet: Wallet.sampleName, lots: [.sample("one", .paid, 5, 3, 1)])
        let lapses = book.expire(from: &wallet, at: .hour(3))
        #expect(lapses.map(\.posting.amount) == [.dollars(1)])
        #expect(wallet.available == .zero)
    }

    @Test func aPresentGoesBackAndWhatWasBoughtIsBreakage() {
        var wallet = Wallet.sample(posted: 10)
        var book = LotBook(
            wallet: Wallet.sampleName,
            lots: [.sample("one", .paid, 5, 3, 1), .sample("two", .promotional, 5, 3, 2)])
        let lapses = book.expire(from: &wallet, at: .hour(3))
        #expect(lapses.map(\.posting.credit) == [.promotion, .breakage])
        #expect(lapses.map(\.posting.link.number) == [1, 2])
        #expect(wallet.posted == .zero)
        #expect(book.left == .zero)
    }

    /// Carries a story out on one book that stays open, and compares what is left after each line.
    private func check(_ story: String, _ location: SourceLocation = #_sourceLocation) {
        var wallet = Wallet.sample(posted: 1000)
        var book = LotBook(wallet: Wallet.sampleName)
        var names: [ID<Grant>: String] = [:]
        var holds: [String: (amount: Credits, begun: Timestamp)] = [:]
        for (number, line) in story.split(separator: "\n").enumerated() {
            let parts = line.split(separator: "->")
            let words = parts[0].split(separator: " ").map(String.init)
            let amount = Credits(dollars: words.dropFirst().first { Int($0) != nil } ?? "") ?? .zero
            switch words[0] {
            case "give":
                let lot = Lot.sample(
                    words[1], Grant.Kind(rawValue: words[2]) ?? .paid, Int64(words[3]) ?? 0,
                    words.count > 4 ? Int64(words[4]) : nil, Int64(number))
                names[lot.id] = words[1]
                book.apply(.gave(lot))
            case "take": book.apply(.took(amount, begun: .hour(0)))
            case "hold":
                let begun = Timestamp.hour(Int64(words[3]) ?? 0)
                holds[words[1]] = (amount, begun)
                book.hold(amount, begun: begun)
            case "end":
                guard let hold = holds.removeValue(forKey: words[1]) else { continue }
                book.end(hold: hold.amount, captured: amount, begun: hold.begun)
            case "expire":
                let now = Timestamp.hour(Int64(words[1]) ?? 0)
                for expiry in Set(book.lots.compactMap(\.expiresAt)) where expiry <= now {
                    book.back(
                        expiry,
                        with: holds.values.filter { $0.begun < expiry }
                            .reduce(.zero) { $0 + $1.amount })
                }
                _ = book.expire(from: &wallet, at: now)
            default: Issue.record("there is no step \(words[0])")
            }
            var told = book.lots.filter { $0.left > .zero }.map {
                "\(names[$0.id] ?? "?") \($0.left)"
            }
            if book.debt > .zero { told.append("owed \(book.debt)") }
            let expected = parts[1].split(separator: " ").joined(separator: " ")
            let found = told.isEmpty ? "nothing" : told.joined(separator: " ")
            #expect(found == expected, "\(line)", sourceLocation: location)
        }
    }
}

extension Timestamp {
    /// So many hours after the beginning of the story.
    static func hour(_ count: Int64) -> Timestamp {
        Timestamp(seconds: 1_795_262_400 + count * 3600)
    }
}

extension Lot {
    static func sample(
        _ name: String, _ kind: Grant.Kind, _ dollars: Int64, _ hour: Int64?, _ number: Int64
    ) -> Lot {
        Lot(
            id: ID(at: .hour(0)), kind: kind, expiresAt: hour.map(Timestamp.hour),
            given: .dollars(dollars), number: number, left: .dollars(dollars))
    }
}
