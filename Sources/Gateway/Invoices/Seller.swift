public import Documents
public import Postgres
import Units

/// Who sells: what invoices will say at the top, and where they are paid.
public struct Seller: Sendable {
    public let party: Party
    public let bank: InvoiceDocument.BankAccount?
    /// Days from the date of an invoice until it is to be paid.
    public let dueDays: Int32

    /// Unless somebody says otherwise.
    static let dueDaysUsual: Int32 = 14

    /// What is to be changed. What is not named stays; an empty text takes away.
    public struct Change: Sendable {
        public var party: PartyChange
        public var bank: [BankField: String]
        public var dueDays: Int?

        public init(
            party: PartyChange = PartyChange(), bank: [BankField: String] = [:],
            dueDays: Int? = nil
        ) {
            self.party = party
            self.bank = bank
            self.dueDays = dueDays
        }

        public var isEmpty: Bool { party.isEmpty && bank.isEmpty && dueDays == nil }
    }

    public enum BankField: String, CaseIterable, Sendable {
        case holder = "bank-holder"
        case number = "bank-account"
        case bic = "bank-bic"
        case bank = "bank-name"
    }

    /// The seller, as far as anybody has said who that is.
    public static func find(in transaction: borrowing Transaction) throws -> Seller {
        let row = try stored(in: transaction)
        return Seller(
            party: row.party.party(name: "", email: nil), bank: row.bank?.account,
            dueDays: row.dueDays)
    }

    /// Changes what invoices will say from now on.
    public static func set(
        _ change: Change, by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws {
        // Two admins take turns, also over the first row.
        try transaction.execute("lock table seller in share row exclusive mode")
        let before = try stored(in: transaction)
        var after = before
        after.party = try change.party.applied(to: before.party)
        after.dueDays = change.dueDays.map(Int32.init) ?? before.dueDays
        after.bank = try applied(change.bank, to: before.bank)
        try transaction.send(
            """
            insert into seller (party, bank, due_days, changed_at)
            values (\(JSONText(after.party.json.text)),
                \(after.bank.map { JSONText($0.json.text) }), \(after.dueDays), \(actor.now))
            on conflict (one) do update set party = excluded.party, bank = excluded.bank,
                due_days = excluded.due_days, changed_at = excluded.changed_at
            """)
        try AuditEvent.record(
            "seller.set", on: "seller", account: nil,
            details: .object([("before", before.json), ("after", after.json)]), by: actor,
            in: transaction)
    }

    private static func applied(
        _ change: [BankField: String], to bank: BillingBank?
    ) throws(Refusal) -> BillingBank? {
        guard !change.isEmpty else { return bank }
        var texts: [BankField: String] = [:]
        texts[.holder] = bank?.holder
        texts[.number] = bank?.number
        texts[.bic] = bank?.bic
        texts[.bank] = bank?.bank
        for (field, given) in change {
            texts[field] = try PartyChange.checked(given, field.rawValue)
        }
        if texts.isEmpty { return nil }
        guard let holder = texts[.holder], let number = texts[.number] else {
            throw Refusal(
                .invalidValue, "A bank account has a holder and a number.",
                field: texts[.holder] == nil
                    ? BankField.holder.rawValue : BankField.number.rawValue)
        }
        return BillingBank(
            InvoiceDocument.BankAccount(
                holder: holder, number: number, bic: texts[.bic], bank: texts[.bank]))
    }

    private struct Stored {
        var party = BillingParty()
        var bank: BillingBank?
        var dueDays = Seller.dueDaysUsual

        var json: JSON {
            .object([
                ("party", party.json), ("bank", .optional(bank) { $0.json }),
                ("due_days", .int(Int64(dueDays))),
            ])
        }
    }

    private static func stored(in transaction: borrowing Transaction) throws -> Stored {
        try transaction.first("select party, bank, due_days from seller") { row in
            Stored(
                party: BillingParty(try row.next(JSONText?.self)),
                bank: BillingBank(try row.next(JSONText?.self)), dueDays: try row.next())
        } ?? Stored()
    }
}
