import Documents
import Gateway
import Ledger
import Postgres
import Terminal
import Units

/// The whole ledger as a journal, account by account, in memory one page of postings at a time.
struct JournalExport {
    let format: Journal.Format
    let session: Session

    /// Postings, and accounts, that are read at once.
    static let pageMax = 2000

    func run() async throws -> Result {
        let output = try OutputFile(
            session.options.text("output"),
            named: "ledger.\(format == .hledger ? "journal" : "beancount")")
        var bytes: [UInt8] = []
        let first = try await session.database.read {
            try Account.list(after: nil, limit: 1, in: $0)
        }
        let start = CivilDate(first.first?.createdAt ?? session.clock.now)
        var journal = Journal(format, since: start)
        journal.begin(title: "Credits", into: &bytes)
        var last: ID<Account>?
        var count = 0
        while true {
            let after = last
            let page = try await session.database.read {
                try Account.list(after: after, limit: Self.pageMax, in: $0)
            }
            for account in page {
                count += try await append(account, to: &journal, &bytes, output)
            }
            guard page.count == Self.pageMax else { break }
            last = page.last?.id
        }
        try output.write(bytes)
        try output.finish()
        guard let path = session.options.text("output") else { return .written }
        return .record([
            ("format", .string("\(format)")), ("postings", .int(count)), ("output", .string(path)),
        ])
    }

    /// Adds an account's live wallet as it is now, with the assertion that it holds what its postings
    /// come to; answers how many there are. Play credits are nobody's money.
    private func append(
        _ account: Account.Details, to journal: inout Journal, _ bytes: inout [UInt8],
        _ output: OutputFile
    ) async throws -> Int {
        let name = Wallet.Name(account: account.id, mode: .live)
        let (found, before) = try await session.database.read { transaction in
            // One snapshot for both: between two a month may go.
            try transaction.execute("set transaction isolation level repeatable read")
            return (
                try Wallet.find(name, in: transaction),
                try BroughtForward.find(name, in: transaction)
            )
        }
        guard let wallet = found, wallet.chain.number > 0 else { return 0 }
        journal.open(
            account.id, named: account.name, on: CivilDate(account.createdAt), into: &bytes)
        var last = ID<Posting>(high: 0, low: 0)
        var day = CivilDate(account.createdAt)
        var count = 0
        if let before, let opening = Self.opening(of: account.id, before) {
            journal.append(opening, into: &bytes)
            day = max(day, CivilDate(opening.at))
        }
        while true {
            let after = last
            let page = try await session.database.read {
                try LedgerLine.list(
                    of: name, after: after, upTo: wallet.chain.number, limit: Self.pageMax, in: $0)
            }
            for line in page {
                journal.append(
                    JournalPosting(
                        at: line.at, account: account.id, debit: line.debit,
                        credit: line.credit, amount: line.amount,
                        id: line.id.description, reason: line.reason), into: &bytes)
                day = max(day, CivilDate(line.at))
            }
            count += page.count
            try output.write(bytes)
            bytes = []
            guard let end = page.last, page.count == Self.pageMax else { break }
            last = end.id
        }
        let now = try await session.database.read { try BroughtForward.find(name, in: $0) }
        guard now?.month == before?.month else {
            throw Refusal(
                .conflict, "A month of postings was dropped meanwhile: export the journal again.")
        }
        journal.balance(account.id, wallet.posted, endOf: day, into: &bytes)
        return count
    }

    /// What the months came to that are not kept, as one posting; nil when that is nothing.
    private static func opening(
        of account: ID<Account>, _ before: BroughtForward
    ) -> JournalPosting? {
        guard before.posted != .zero else { return nil }
        let gets = before.posted > .zero
        let other = "opening"
        return JournalPosting(
            at: before.month.startOfMonth(plus: 1).midnight - .seconds(1), account: account,
            debit: gets ? other : JournalPosting.wallet,
            credit: gets ? JournalPosting.wallet : other,
            amount: gets ? before.posted : -before.posted, id: "brought-forward-\(account)",
            reason: "brought forward: postings up to \(before.month.monthText) are not kept")
    }
}
