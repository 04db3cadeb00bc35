public import Documents
public import Postgres
public import Units

/// Who buys, for the invoices of an account from now on. Those that are final stay as they are.
public struct BillingChange: Sendable {
    public var party: PartyChange
    /// What the buyer wants to read on its invoices; empty takes it away.
    public var reference: String?
    public var taxPPM: Int32?
    /// Under which rule nothing is charged, of a tax rate of zero.
    public var taxCategory: InvoiceDocument.Category?
    /// Why, in the seller's words; empty leaves the rule's own.
    public var taxReason: String?

    public init(
        party: PartyChange = PartyChange(), reference: String? = nil, taxPPM: Int32? = nil,
        taxCategory: InvoiceDocument.Category? = nil, taxReason: String? = nil
    ) {
        self.party = party
        self.reference = reference
        self.taxPPM = taxPPM
        self.taxCategory = taxCategory
        self.taxReason = taxReason
    }

    public var isEmpty: Bool {
        party.isEmpty && reference == nil && taxPPM == nil && taxCategory == nil
            && taxReason == nil
    }
}

/// What an account's invoices say of it.
public struct Billing: Sendable {
    public let party: Party
    public let reference: String?
    public let taxPPM: Int32
    public let taxCategory: InvoiceDocument.Category
    public let taxReason: String?

    /// A rate of its own is the standard rule; without one it is zero-rated unless somebody has
    /// said otherwise.
    static func category(_ ppm: Int32, _ set: String?) -> InvoiceDocument.Category {
        if ppm > 0 { return .standard }
        return set.flatMap(InvoiceDocument.Category.init(rawValue:)) ?? .zeroRated
    }
}

extension Account {
    /// What invoices of this account will say of it, or a refusal that there is none.
    public static func billing(
        _ id: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Billing {
        let stored = try stored(id, in: transaction)
        return Billing(
            party: stored.party.party(name: stored.name, email: stored.email),
            reference: stored.reference, taxPPM: stored.taxPPM,
            taxCategory: Billing.category(stored.taxPPM, stored.taxCategory),
            taxReason: stored.taxReason)
    }

    /// Changes what invoices of this account will say of it.
    public static func setBilling(
        _ change: BillingChange, _ id: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        try transaction.execute("select from account where id = \(id) for no key update")
        let before = try stored(id, in: transaction)
        var after = before
        after.party = try change.party.applied(to: before.party)
        if let given = change.reference {
            after.reference = try PartyChange.checked(given, "reference")
        }
        if let given = change.taxReason {
            after.taxReason = try PartyChange.checked(given, "tax-reason")
        }
        after.taxPPM = change.taxPPM ?? before.taxPPM
        if let category = change.taxCategory {
            guard (category == .standard) == (after.taxPPM > 0) else {
                throw Refusal(
                    .invalidValue,
                    category == .standard
                        ? "Category S needs a tax rate above zero."
                        : "Category \(category.rawValue) charges nothing; the tax rate has to be 0.",
                    field: "tax-category")
            }
            after.taxCategory = category == .standard ? nil : category.rawValue
        }
        if after.taxPPM > 0 { after.taxCategory = nil }
        try transaction.send(
            """
            insert into billing_party (account_id, party, reference, tax_category, tax_reason,
                changed_at)
            values (\(id), \(JSONText(after.party.json.text)), \(after.reference),
                \(after.taxCategory), \(after.taxReason), \(actor.now))
            on conflict (account_id) do update set party = excluded.party,
                reference = excluded.reference, tax_category = excluded.tax_category,
                tax_reason = excluded.tax_reason, changed_at = excluded.changed_at
            """)
        if after.taxPPM != before.taxPPM {
            try transaction.send("update account set tax_ppm = \(after.taxPPM) where id = \(id)")
        }
        try AuditEvent.record(
            "account.billing_set", on: id.description, account: id,
            details: .object([("before", before.json), ("after", after.json)]), by: actor,
            in: transaction)
    }

    private struct Stored {
        var name: String
        var email: String
        var taxPPM: Int32
        var party: BillingParty
        var reference: String?
        var taxCategory: String?
        var taxReason: String?

        var json: JSON {
            .object([
                ("party", party.json), ("reference", .optional(reference, JSON.string)),
                ("tax_ppm", .int(Int64(taxPPM))),
                ("tax_category", .optional(taxCategory, JSON.string)),
                ("tax_reason", .optional(taxReason, JSON.string)),
            ])
        }
    }

    private static func stored(
        _ id: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Stored {
        let found = try transaction.first(
            """
            select a.name, a.email, a.tax_ppm, b.party, b.reference, b.tax_category, b.tax_reason
            from account a left join billing_party b on b.account_id = a.id
            where a.id = \(id)
            """
        ) { row in
            Stored(
                name: try row.next(), email: try row.next(), taxPPM: try row.next(),
                party: BillingParty(try row.next(JSONText?.self)), reference: try row.next(),
                taxCategory: try row.next(), taxReason: try row.next())
        }
        guard let found else {
            throw Refusal(.notFound, "There is no account \(id).", field: "account")
        }
        return found
    }
}
