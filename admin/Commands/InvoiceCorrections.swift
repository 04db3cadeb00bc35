import Gateway
import Postgres
import Units

extension Command {
    static let invoicesPay = Command(
        "invoices pay", "record what came in for an invoice",
        [
            .operand("invoice", "NUMBER", "its number, such as 2026-000042, or its id"),
            .needed("amount", "USD", "how much, with tax; a part of it is allowed"),
            .needed("reference", "R", "where it is found, such as the bank statement's line"),
            .optional("idempotency-key", "K", "recording again under the same key changes nothing"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let actor = session.actor
        let entry = InvoicePayment.Entry(
            invoice: try session.invoice(), amount: try session.options.cents("amount") ?? .zero,
            reference: session.options.needed("reference"),
            idempotencyKey: session.options.text("idempotency-key")
                // Without one, this call is the only one of its kind.
                ?? "cli-\(ID<InvoicePayment>(at: actor.now))")
        let outcome = try await session.twice {
            try InvoicePayment.record(entry, by: actor, in: $0)
        }
        return .record(
            [
                ("id", .id(outcome.payment.id)),
                ("amount", .number(outcome.payment.amount.dollars)),
                ("tax", .number(outcome.payment.tax.dollars)),
                ("credits", .credits(outcome.payment.credits)),
                ("repeated", .bool(outcome.repeated)),
                ("invoice", .string(outcome.invoice.name)),
                ("state", .string(outcome.invoice.state.rawValue)),
                ("due", .number(outcome.invoice.outstanding.dollars)),
            ])
    }

    static let invoicesVoid = Command(
        "invoices void",
        "withdraw an invoice of which nothing was paid; its usage can be billed again",
        [
            .operand("invoice", "NUMBER", "its number, such as 2026-000042, or its id"),
            .needed("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let reference = try session.invoice()
        let actor = session.actor
        let invoice = try await session.twice {
            try InvoiceRecord.void(reference, by: actor, in: $0)
        }
        return .record(invoice.members)
    }

    static let invoicesCreditNote = Command(
        "invoices credit-note", "take a final invoice back, in whole or part",
        [
            .needed("invoice", "NUMBER", "its number, such as 2026-000042, or its id"),
            .optional("amount", "USD", "so much of its net; tax is added"),
            .optional(
                "lines", "N,N", "these of its lines, by position; all takes back what is left"),
            .needed("reason", "WHY", "as on the credit note"),
            .optional("idempotency-key", "K", "asking again under the same key changes nothing"),
        ]
    ) { session in
        let actor = session.actor
        let note = CreditNote(
            invoice: try session.invoice(), part: try part(session.options),
            idempotencyKey: session.options.text("idempotency-key")
                ?? "cli-\(ID<Invoice>(at: actor.now))")
        let issued = try await session.twice { try note.issue(by: actor, in: $0) }
        return .record(
            issued.note.members + [
                ("repeated", .bool(issued.repeated)), ("corrects", .string(issued.invoice.name)),
                ("invoice_state", .string(issued.invoice.state.rawValue)),
                ("invoice_due", .number(issued.invoice.outstanding.dollars)),
            ])
    }

    private static func part(_ options: Options) throws -> CreditNote.Part {
        let amount = try options.cents("amount")
        switch (amount, options.text("lines")) {
        case (let amount?, nil): return .amount(amount)
        case (nil, "all"): return .all
        case (nil, let text?):
            let positions = text.split(separator: ",", omittingEmptySubsequences: false).map {
                Int($0)
            }
            guard positions.allSatisfy({ ($0 ?? 0) > 0 }) else {
                throw UsageFault("--lines is positions such as 1,3 or 'all', not '\(text)'")
            }
            return .lines(Set(positions.compactMap(\.self)))
        default: throw UsageFault("a credit note takes --amount or --lines, one of the two")
        }
    }
}

extension Options {
    /// An amount in whole cents.
    func cents(_ name: String) throws -> Cents? {
        guard let amount = try credits(name) else { return nil }
        let cents = Cents(rounding: amount)
        guard cents.credits == amount else {
            throw UsageFault("--\(name) is an amount in whole cents, not '\(amount)'")
        }
        return cents
    }
}

extension Session {
    /// Runs `body`, once more when nobody knows whether it went through: its key, or the state that it
    /// leaves, makes the second time harmless and tells what came of the first.
    func twice<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await database.transaction(body)
        } catch DatabaseFailure.uncertain {
            return try await database.transaction(body)
        }
    }
}
