import Ledger
import SeedSupport
import Testing
import Units

/// Random lives of a wallet beside a model that counts single dollars.
@Suite struct RandomLotTests {
    /// Every dollar by itself: which lot it is of, and nothing clever.
    private struct Model {
        var lots: [Lot] = []
        var left: [ID<Grant>: Int64] = [:]
        var debt: Int64 = 0

        /// A lot's rank, the first spent first.
        private func first(begun: Timestamp, _ unclaimed: [ID<Grant>: Int64]) -> ID<Grant>? {
            let may = lots.filter { lot in
                unclaimed[lot.id, default: 0] > 0 && lot.expiresAt.map { $0 > begun } ?? true
            }
            let never = Timestamp.hour(1_000_000)
            return may.min { one, two in
                let (a, b) = (one.expiresAt ?? never, two.expiresAt ?? never)
                if a != b { return a < b }
                let (c, d) = (one.kind == .promotional, two.kind == .promotional)
                return c != d ? c : one.number < two.number
            }?.id
        }

        mutating func give(_ lot: Lot) {
            lots.append(lot)
            left[lot.id] = lot.given.nanodollars / Credits.nanodollarsPerDollar
            while debt > 0, left[lot.id, default: 0] > 0 {
                debt -= 1
                left[lot.id, default: 0] -= 1
            }
        }

        mutating func take(_ dollars: Int64, begun: Timestamp) {
            for _ in 0..<dollars {
                if let lot = first(begun: begun, left) {
                    left[lot, default: 0] -= 1
                } else {
                    debt += 1
                }
            }
        }

        /// Every dollar of a lot that has expired goes, unless a dollar held before claims it.
        mutating func expire(at now: Timestamp, holds: [(dollars: Int64, begun: Timestamp)])
            -> Int64
        {
            var unclaimed = left
            for hold in holds {
                for _ in 0..<hold.dollars {
                    if let lot = first(begun: hold.begun, unclaimed) {
                        unclaimed[lot, default: 0] -= 1
                    }
                }
            }
            var gone: Int64 = 0
            for lot in lots where lot.expiresAt.map({ $0 <= now }) ?? false {
                gone += unclaimed[lot.id, default: 0]
                left[lot.id, default: 0] -= unclaimed[lot.id, default: 0]
            }
            return gone
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func aRandomLifeAgreesWithCountingDollars(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var now = Timestamp.hour(0)
        var wallet = Wallet.sample(limit: .dollars(Int64.random(in: 0...10, using: &random)))
        var model = Model()
        var holds: [(dollars: Int64, begun: Timestamp)] = []
        var movements: [LotBook.Movement] = []
        for step in 0..<120 {
            // Opened anew at every step, as a server does.
            var book = LotBook(wallet: Wallet.sampleName)
            for movement in movements { book.apply(movement) }
            for expiry in Set(book.lots.compactMap(\.expiresAt)) where expiry <= now {
                book.back(
                    expiry,
                    with: .dollars(
                        holds.filter { $0.begun < expiry }.reduce(0) { $0 + $1.dollars }))
            }
            func expire() {
                let lapses = book.expire(from: &wallet, at: now)
                movements += lapses.map { .lapsed($0.posting.amount, of: $0.lot) }
                let gone = lapses.reduce(Credits.zero) { $0 + $1.posting.amount }
                #expect(
                    gone == .dollars(model.expire(at: now, holds: holds)), "seed \(seed) \(step)")
            }
            expire()
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<2:
                let dollars = Int64.random(in: 1...9, using: &random)
                let expires = Int64.random(in: 1...12, using: &random)
                let kind: Grant.Kind = Bool.random(using: &random) ? .paid : .promotional
                let posting = wallet.credit(
                    .dollars(dollars), from: .funding, reason: "", as: ID(at: now), at: now)
                let lot = Lot(
                    id: ID(at: now), kind: kind,
                    expiresAt: expires > 8 ? nil : now + .seconds(3600 * expires),
                    given: .dollars(dollars), number: posting.link.number, left: .dollars(dollars))
                movements.append(.gave(lot))
                model.give(lot)
            case 2..<5:
                let dollars = Int64.random(in: 1...6, using: &random)
                guard wallet.available >= .dollars(dollars) else { continue }
                try wallet.hold(.dollars(dollars))
                book.hold(.dollars(dollars), begun: now)
                holds.append((dollars, now))
                expire()
            case 5..<8:
                guard !holds.isEmpty else { continue }
                let hold = holds.remove(at: Int.random(in: holds.indices, using: &random))
                let cost = Int64.random(in: 0...hold.dollars, using: &random)
                if cost > 0 {
                    _ = wallet.capture(
                        .dollars(cost), of: .dollars(hold.dollars), for: ID(at: now),
                        as: ID(at: now), at: now)
                    movements.append(.took(.dollars(cost), begun: hold.begun))
                } else {
                    wallet.release(.dollars(hold.dollars))
                }
                book.end(
                    hold: .dollars(hold.dollars), captured: .dollars(cost), begun: hold.begun)
                model.take(cost, begun: hold.begun)
                expire()
            default: now = now + .seconds(3600)
            }
            #expect(wallet.available >= .zero, "seed \(seed) step \(step)")
        }
        var book = LotBook(wallet: Wallet.sampleName)
        for movement in movements { book.apply(movement) }
        for lot in book.lots {
            #expect(lot.left == .dollars(model.left[lot.id, default: 0]), "seed \(seed)")
        }
        #expect(book.debt == .dollars(model.debt))
        #expect(book.left - book.debt == wallet.posted, "seed \(seed)")
    }
}
