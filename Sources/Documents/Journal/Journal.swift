public import Units

/// The ledger as a plain-text journal for beancount or hledger.
///
/// Written piece by piece: what is appended goes out, and nothing of it is kept but the books' names.
/// Begin it, open every wallet before its first posting, append the postings in any order of
/// wallets, and state what each wallet holds at the end.
public struct Journal: Sendable {
    public enum Format: String, CaseIterable, Sendable {
        case beancount, hledger
    }

    public let format: Format
    /// No later than the first posting: books are opened on it.
    private let start: CivilDate
    /// Those that are declared.
    private var books: Set<String> = []

    public init(_ format: Format, since start: CivilDate) {
        self.format = format
        self.start = start
    }

    /// What the file says before everything else.
    public mutating func begin(title: String, into bytes: inout [UInt8]) {
        switch format {
        case .beancount:
            bytes += "option \"title\" \"\(escaped(title))\"\n".utf8
            bytes += "option \"operating_currency\" \"USD\"\n\n".utf8
        case .hledger:
            bytes += "; \(escaped(title))\n".utf8
            bytes += "decimal-mark .\ncommodity 1.000000000 USD\n\n".utf8
        }
        for book in Self.known.keys.sorted() { declare(book, into: &bytes) }
    }

    /// Declares a wallet; `day` is no later than its first posting.
    public func open(
        _ account: ID<Account>, named name: String, on day: CivilDate, into bytes: inout [UInt8]
    ) {
        switch format {
        case .beancount:
            bytes += "\(day) open \(wallet(account)) USD\n  name: \"\(escaped(name))\"\n".utf8
        case .hledger: bytes += "account \(wallet(account))\n    ; \(escaped(name))\n".utf8
        }
    }

    public mutating func append(_ posting: JournalPosting, into bytes: inout [UInt8]) {
        for book in [posting.debit, posting.credit] where book != JournalPosting.wallet {
            declare(book, into: &bytes)
        }
        let debit = name(posting.debit, posting.account)
        let credit = name(posting.credit, posting.account)
        let day = CivilDate(posting.at)
        let reason = escaped(posting.reason)
        switch format {
        case .beancount:
            bytes += "\n\(day) * \"\(reason)\"\n  id: \"\(escaped(posting.id))\"\n".utf8
            bytes += "  at: \"\(posting.at)\"\n".utf8
        case .hledger:
            // Brackets would end the code early; an id of ours has none.
            let id = escaped(posting.id).filter { $0 != "(" && $0 != ")" }
            bytes += "\n\(day) * (\(id)) \(reason)  ; at: \(posting.at)\n".utf8
        }
        bytes += "  \(debit)  \(Self.exact(posting.amount)) USD\n".utf8
        bytes += "  \(credit)  \(Self.exact(-posting.amount)) USD\n".utf8
    }

    /// Asserts that the wallet holds `posted` at the end of `day`, after its last posting until then.
    public func balance(
        _ account: ID<Account>, _ posted: Credits, endOf day: CivilDate, into bytes: inout [UInt8]
    ) {
        // What a wallet holds is owed to its account: a liability, which is negative in both.
        let amount = Self.exact(-posted)
        switch format {
        case .beancount:
            let next = CivilDate(daysSince1970: day.daysSince1970 + 1)
            // Beancount would let the last digit differ if it were not told.
            bytes += "\n\(next) balance \(wallet(account))  \(amount) ~ 0 USD\n".utf8
        case .hledger:
            bytes += "\n\(day) * balance\n  \(wallet(account))  0 USD = \(amount) USD\n".utf8
        }
    }

    /// Declares a book the first time that it is met.
    private mutating func declare(_ book: String, into bytes: inout [UInt8]) {
        guard books.insert(book).inserted else { return }
        switch format {
        case .beancount: bytes += "\(start) open \(name(book)) USD\n".utf8
        case .hledger: bytes += "account \(name(book))\n".utf8
        }
    }

    private func wallet(_ account: ID<Account>) -> String {
        format == .beancount
            ? "Liabilities:Credits:Account-\(account)" : "liabilities:credits:\(account)"
    }

    private func name(_ book: String, _ account: ID<Account>) -> String {
        book == JournalPosting.wallet ? wallet(account) : name(book)
    }

    /// Which part of the accounts the ledger's books belong to.
    private static let known = [
        "revenue": "Income:Revenue", "funding": "Assets:Funding",
        "promotion": "Expenses:Promotion", "adjustment": "Equity:Adjustment",
        "breakage": "Income:Breakage",
    ]

    /// A book that is not listed above is shown under equity, by the letters and digits of its name.
    private func name(_ book: String) -> String {
        let letters = book.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let name = Self.known[book] ?? "Equity:Book-\(letters)"
        return format == .beancount ? name : name.lowercased()
    }

    /// With all nine decimals: a program that infers how exact a sum must be then infers a
    /// nanodollar.
    private static func exact(_ amount: Credits) -> String {
        let parts = amount.dollars.split(separator: ".")
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        return parts[0] + "." + fraction + String(repeating: "0", count: 9 - fraction.utf8.count)
    }

    /// A text on one line that cannot end what it stands in.
    private func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch (scalar, format) {
            case ("\u{0}"..."\u{1F}", _), ("\u{7F}"..."\u{9F}", _), ("\u{2028}", _),
                ("\u{2029}", _):
                escaped += " "
            case ("\"", .beancount), ("\\", .beancount): escaped += "\\\(scalar)"
            case (";", .hledger): escaped += ","
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
