public import Units

/// Everything that an invoice says, as it was when it was finalized.
///
/// A value: whoever keeps invoices fills it in, and this target turns it into bytes. Nothing is
/// looked up and nothing is worked out again, so that the same invoice is the same file years later.
/// In a credit note amounts are what is given back, so they are positive.
public struct InvoiceDocument: Hashable, Sendable {
    /// Such as `2026-000042`; nil while it is a draft.
    public var number: String?
    public var kind: Kind
    public var state: State
    /// The day of its finalization; of a draft, the day it was drawn up.
    public var issued: CivilDate
    /// When it is to be paid; nil when nothing is due.
    public var due: CivilDate?
    /// The month it is for.
    public var period: Period
    /// The account's id, by which support finds it.
    public var account: ID<Account>
    public var seller: Party
    public var buyer: Party
    /// What the buyer wants to read on it: a cost centre, the number of an order.
    public var buyerReference: String?
    public var lines: [Line]
    public var totals: Totals
    /// Of accounts that pay before they buy.
    public var credits: CreditsStatement?
    /// Where the buyer pays; shown when something is due.
    public var bank: BankAccount?
    /// Sentences for the buyer: why it is exempt, when to pay, what was corrected.
    public var notes: [String]

    public init(
        number: String?, kind: Kind, state: State, issued: CivilDate, due: CivilDate? = nil,
        period: Period, account: ID<Account>, seller: Party, buyer: Party,
        buyerReference: String? = nil, lines: [Line], totals: Totals,
        credits: CreditsStatement? = nil, bank: BankAccount? = nil, notes: [String] = []
    ) {
        self.number = number
        self.kind = kind
        self.state = state
        self.issued = issued
        self.due = due
        self.period = period
        self.account = account
        self.seller = seller
        self.buyer = buyer
        self.buyerReference = buyerReference
        self.lines = lines
        self.totals = totals
        self.credits = credits
        self.bank = bank
        self.notes = notes
    }

    public enum Kind: Hashable, Sendable {
        /// To be paid afterwards.
        case invoice
        /// Paid out of credits already; the same document in law, with nothing due.
        case statement
        /// Takes back the invoice of that number, in whole or part.
        case creditNote(corrects: String, issued: CivilDate)
    }

    public enum State: String, CaseIterable, Sendable {
        case draft, finalized, paid, void
    }

    /// Days from the first to the last, both within; in UTC.
    public struct Period: Hashable, Sendable {
        public let first: CivilDate
        public let last: CivilDate

        public init(first: CivilDate, last: CivilDate) {
            self.first = first
            self.last = last
        }

        /// The calendar month of `day`.
        public init(month day: CivilDate) {
            first = day.startOfMonth
            last = CivilDate(daysSince1970: day.startOfMonth(plus: 1).daysSince1970 - 1)
        }
    }

    /// Where to pay to.
    public struct BankAccount: Hashable, Sendable {
        public var holder: String
        /// An IBAN or a national number.
        public var number: String
        public var bic: String?
        public var bank: String?

        public init(holder: String, number: String, bic: String? = nil, bank: String? = nil) {
            self.holder = holder
            self.number = number
            self.bic = bic
            self.bank = bank
        }
    }
}
