import Documents
import Gateway
import Postgres
import Terminal
import Units

extension Command {
    static let invoicesGenerate = Command(
        "invoices generate", "write the drafts of a month, or write them anew",
        [
            .needed("month", "YYYY-MM", "which month, in UTC"),
            .optional("account", "ID", "of one account only"),
            .flag("preview", "although the month is not over"),
        ]
    ) { session in
        let month = try session.options.month("month") ?? CivilDate(session.clock.now)
        let account = try session.options.id("account", of: Account.self)
        let previewing = session.options.has("preview")
        var bar = ProgressBar("invoices of \(month.monthText)", of: try await accounts(session))
        var last: ID<Account>?
        var drafted = 0
        var refused: [Finalization.Refused] = []
        repeat {
            let after = last
            let now = session.clock.now
            let batch = try await session.database.transaction {
                try Drafts.write(
                    month, account: account, after: after, previewing: previewing, at: now, in: $0)
            }
            drafted += batch.drafted
            refused += batch.refused
            bar.advance(by: batch.accounts)
            last = batch.last
        } while last != nil
        bar.end()
        let members: [(String, JSON)] = [
            ("month", .string(month.monthText)), ("drafts", .int(drafted)),
        ]
        guard !refused.isEmpty else { return .record(members) }
        return .record(members + [("refused", told(refused))], refused: true)
    }

    static let invoicesFinalize = Command(
        "invoices finalize",
        "give the drafts of a month their numbers; they are fixed from then on",
        [
            .needed("month", "YYYY-MM", "which month, in UTC"),
            .optional("account", "ID", "of one account only"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let month = try session.options.month("month") ?? CivilDate(session.clock.now)
        let account = try session.options.id("account", of: Account.self)
        var bar = ProgressBar("numbers of \(month.monthText)", of: try await accounts(session))
        var last: ID<Account>?
        var numbers: [String] = []
        var refused: [Finalization.Refused] = []
        repeat {
            let after = last
            let actor = session.actor
            let batch = try await session.database.transaction {
                try Finalization.run(month, account: account, after: after, by: actor, in: $0)
            }
            numbers += batch.numbers
            refused += batch.refused
            bar.advance(by: batch.numbers.count + batch.refused.count)
            last = batch.last
        } while last != nil
        bar.end()
        return finalized(month, numbers, refused)
    }

    private static func told(_ refused: [Finalization.Refused]) -> JSON {
        .array(
            refused.map { one in
                .object([
                    ("account_id", .id(one.account)), ("name", .string(one.name)),
                    ("reasons", .array(one.reasons.map(JSON.string))),
                ])
            })
    }

    private static func finalized(
        _ month: CivilDate, _ numbers: [String], _ refused: [Finalization.Refused]
    ) -> Result {
        let members: [(String, JSON)] = [
            ("month", .string(month.monthText)), ("finalized", .int(numbers.count)),
            ("first", .optional(numbers.first, JSON.string)),
            ("last", .optional(numbers.last, JSON.string)),
            ("refused", told(refused)),
        ]
        let range = numbers.isEmpty ? "" : ", \(numbers[0]) to \(numbers[numbers.count - 1])"
        let lines =
            ["\(numbers.count) made final for \(month.monthText)\(range)"]
            + refused.map {
                "not \($0.name) (\($0.account)): " + $0.reasons.joined(separator: "; ")
            }
        return .record(
            members, text: lines.joined(separator: "\n") + "\n", refused: !refused.isEmpty)
    }

    private static func accounts(_ session: Session) async throws -> Int64 {
        try await session.database.read { try Drafts.accounts(in: $0) }
    }

    static let invoicesList = Command(
        "invoices list", "list invoices, statements and credit notes, newest first",
        [
            .optional("month", "YYYY-MM", "of one month"),
            .optional("account", "ID", "of one account"),
            .optional("state", "STATE", "draft, finalized, paid or void"),
            .optional("kind", "KIND", "invoice, statement or credit_note"),
            .optional("limit", "N", "lines at most, 1 to 1000 (default 100)"),
            .optional("before", "ID", "go on before this id: the last one of the page before"),
        ]
    ) { session in
        let options = session.options
        let filter = InvoiceRecord.Filter(
            account: try options.id("account", of: Account.self), month: try options.month("month"),
            state: try options.word("state", of: Invoice.State.self),
            kind: try options.word("kind", of: Invoice.Kind.self))
        let before = try options.id("before", of: Invoice.self)
        let limit = try session.limit
        let found = try await session.database.read {
            try InvoiceRecord.list(filter, before: before, limit: limit, in: $0)
        }
        return .list(InvoiceRecord.columns, found.map { $0.members.map(\.1) })
    }

    static let invoicesShow = Command(
        "invoices show", "show an invoice with its lines and payments",
        [.operand("invoice", "NUMBER", "its number, such as 2026-000042, or its id")]
    ) { session in
        let reference = try session.invoice()
        let (invoice, document, payments) = try await session.database.read { transaction in
            let invoice = try InvoiceRecord.find(reference, in: transaction)
            return (
                invoice,
                try InvoiceDocuments.find(invoice.id, of: invoice.account, in: transaction),
                try InvoicePayment.list(of: invoice, in: transaction)
            )
        }
        let told = payments.map { payment in
            JSON.object([
                ("id", .id(payment.id)), ("at", .time(payment.at)),
                ("amount", .number(payment.amount.dollars)),
                ("tax", .number(payment.tax.dollars)), ("credits", .credits(payment.credits)),
                ("reference", .string(payment.reference)),
            ])
        }
        return .record(
            invoice.members + invoice.more + [("payments", .array(told))],
            table: Result.Table(
                name: "lines",
                columns: [
                    "position", "description", "quantity", "unit", "unit_price", "version", "net",
                ],
                rows: (document?.lines ?? []).map { line in
                    [
                        .int(line.position), .string(line.description),
                        .number(line.quantity.decimal), .string(line.unit.rawValue),
                        .credits(line.unitPrice), .int(line.priceVersion), .credits(line.net),
                    ]
                }))
    }
}

extension Session {
    /// The invoice that the command is about.
    func invoice() throws -> Invoice.Reference {
        let text = options.needed("invoice")
        guard let reference = Invoice.Reference(text) else {
            throw UsageFault("an invoice is a number such as 2026-000042 or an id, not '\(text)'")
        }
        return reference
    }
}

extension InvoiceRecord {
    static let columns = [
        "id", "number", "account_id", "name", "month", "kind", "state", "net", "tax", "gross",
        "due", "due_on",
    ]

    var members: [(String, JSON)] {
        Array(
            zip(
                Self.columns,
                [
                    .id(id), .optional(number, JSON.string), .id(account), .string(accountName),
                    .string(month.monthText), .string(kind.rawValue), .string(state.rawValue),
                    .number(net.dollars), .number(tax.dollars), .number(gross.dollars),
                    .number(outstanding.dollars),
                    .optional(dueOn) { .string($0.description) },
                ] as [JSON]))
    }

    /// What a list has no room for.
    var more: [(String, JSON)] {
        [
            ("exact", .credits(exact)), ("rounding", .credits(net.credits - exact)),
            ("paid", .number(paid.dollars)), ("credited", .number(credited.dollars)),
            ("corrects", .optional(correctsNumber, JSON.string)),
            ("reason", .optional(reason, JSON.string)),
            ("finalized_at", .optional(finalizedAt, JSON.time)),
            ("paid_at", .optional(paidAt, JSON.time)),
            ("voided_at", .optional(voidedAt, JSON.time)),
        ]
    }
}
