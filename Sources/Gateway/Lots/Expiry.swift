import Ledger
import Postgres
import Units

/// Takes credits that have expired out of wallets, in the transaction that first looks at one after
/// the instant: from then on no server can hold them.
public enum Expiry {
    /// How lots are told of generations.
    static let generations = LotBook.Generations(
        // Of one that was dropped its id tells the millisecond, and expiries are of whole ones.
        begun: """
            select coalesce((
                select g.created_at from generation g
                where g.account_id = p.account_id and g.id = p.generation_id
            ), timestamptz '1970-01-01Z' + interval '1 millisecond'
                * ('x' || left(replace(p.generation_id::text, '-', ''), 12))::bit(48)::bigint)
            """,
        // The few that are open, whoever's they are, by the index that holds nothing else: an
        // account's own by its key would be all that it ever made.
        backing: """
            with o as materialized (
                select account_id, mode, created_at, held from generation where ended_at is null
            )
            select coalesce(sum(o.held), 0)::bigint from o
            where o.account_id = w.account_id and o.mode = w.mode and o.created_at < t.expiry
            """)

    /// The books that a batch needs, of the wallets that it has locked: those of which something has
    /// expired, and those of which something will because a generation that kept it ends.
    static func books(
        of wallets: [Wallet], ending: [OpenGeneration], _ settlements: [Settlement],
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [Wallet.Name: LotBook] {
        var names: [Wallet.Name] = []
        for wallet in wallets where wallet.lapses(at: now) {
            let isDue = wallet.nextExpiry.map { $0 <= now } ?? false
            if isDue || keeps(wallet, ending, settlements) { names.append(wallet.name) }
        }
        guard !names.isEmpty else { return [:] }
        let books = try LotBook.open(names, at: now, asking: generations, in: transaction)
        return Dictionary(
            books.map { ($0.wallet, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether a generation that ends began before something expired of `wallet`.
    private static func keeps(
        _ wallet: Wallet, _ ending: [OpenGeneration], _ settlements: [Settlement]
    ) -> Bool {
        guard let lapsing = wallet.lapsing else { return false }
        let ended = Set(settlements.lazy.filter { $0.wallet == wallet.name }.map(\.generation))
        return ending.contains { row in
            ended.contains(row.id) && row.metered.map { $0.begun < lapsing } ?? true
        }
    }

    /// Locks wallets and takes out of them what has expired; answers how many postings that made.
    @discardableResult
    static func carryOut(
        of names: Set<Wallet.Name>, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Int {
        var wallets: [Wallet.Name: Wallet] = [:]
        for wallet in try Wallet.lock(names, in: transaction).rows()
        where wallet.lapses(at: now) {
            wallets[wallet.name] = wallet
        }
        guard !wallets.isEmpty else { return 0 }
        let opened = try LotBook.open(
            wallets.keys.sorted(), at: now, asking: generations, in: transaction)
        var books: [(book: LotBook, through: Int64)] = []
        var alerts: [WebhookEvent] = []
        for var book in opened {
            guard var wallet = wallets[book.wallet] else { continue }
            let before = wallet.lasting
            _ = book.expire(from: &wallet, at: wallet.judgedAt(now))
            if let alert = WebhookEvent.low(wallet, since: before, at: now) { alerts.append(alert) }
            books.append((book, wallet.chain.number))
        }
        let postings = books.flatMap { $0.book.lapses.map(\.posting) }
        try Posting.insert(postings, in: transaction)
        try LotBook.close(books, at: now, in: transaction)
        try WebhookDelivery.queue(alerts, in: transaction)
        return postings.count
    }
}
