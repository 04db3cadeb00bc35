import Gateway
import HTTP
import Units

extension Reference.Chapter {
    static let invoices = Reference.Chapter(
        name: "Invoices",
        about: """
            One document an account and month: an invoice where something is due, a statement where all was paid in \
            credits. Numbers have no gaps; what is final never changes, and is put right by credit notes.
            """,
        operations: ["GET /v1/invoices": list, "GET /v1/invoices/{id}": one])

    private static let list = Operation(
        "listInvoices", "Invoices, statements and credit notes",
        "Those of the account that are final, newest first. A test key sees none: play credits are never invoiced.",
        answers: [
            .json(
                .object(
                    .must("invoices", .list(of: .named("Invoice"))),
                    .must("next_cursor", .id("For the next page.").orNull),
                    .must("has_more", .boolean())), "A page.")
        ]
    ).taking(
        .limit(1...InvoiceRecord.pageMax),
        .query("cursor", .id("`next_cursor` of the page before.")))

    private static let one = Operation(
        "getInvoice", "One invoice, or a file of it",
        """
        By its id or number, with all that it says. With an ending it is a file: `.pdf`, `.csv` (its lines), `.json`, or \
        `.xml` (UBL 2.1 for EN 16931; 409 where there is none, as of a statement without usage).
        """,
        answers: [
            .init(
                status: .ok, note: "The invoice, or its file.",
                contents: [
                    ("application/json", .either(.named("InvoiceInFull"), .named("InvoiceFile"))),
                    ("application/pdf", .bytes()), ("text/csv", .bytes()),
                    ("application/xml", .bytes()),
                ]),
            .init(status: .notModified, note: "The caller has this file already."),
        ]
    ).taking(
        .path(
            "id", .text("Its id or number, perhaps with an ending: `2026-000042.pdf`.").atLeast(1),
            example: "$INVOICE"),
        .header("If-None-Match", .text("The `ETag` of before."))
    ).refusing(.notFound, .conflict).changed {
        $0.example.savesTo = "invoice"
        $0.example.mayFindNothing = "INVOICE"
    }
}

extension Shape {
    static let invoice = Shape.object(invoiceMembers)

    static let invoiceInFull = Shape.object(
        invoiceMembers + [.must("document", .named("InvoiceFile"))])

    /// The file `.json`.
    static let invoiceFile = Shape.object(
        .must("number", .text()), .must("kind", .word(Invoice.Kind.allCases.map(\.rawValue))),
        .must("state", .text()), .must("issued", .text("A date.")),
        .must("period_start", .text("A date.")), .must("period_end", .text("A date.")),
        .must("account", .id()), .must("currency", .word(["USD"])),
        .must("seller", .anything("Who sold, as it was then.")),
        .must("buyer", .anything("Who bought, as it was then.")),
        .must("lines", .list(of: .anything("What a model came to at one price, exactly."))),
        .must("totals", .anything("The sums, with what rounding added.")),
        .must("credits", .anything("Of a statement: the month of the wallet.").orNull))

    private static let invoiceMembers: [Member] = [
        .must("id", .id()), .must("number", .text("Such as `2026-000042`.")),
        .must("kind", .word(Invoice.Kind.allCases.map(\.rawValue))),
        .must("state", .word(["finalized", "paid", "void"])),
        .must("month", .text("Such as `2026-10`, in UTC.")), .must("issued", .text("A date.")),
        .must("due_on", .text("A date; null where nothing was due.").orNull),
        .must("currency", .word(["USD"])), .must("net", .money()), .must("tax", .money()),
        .must("gross", .money()),
        .must("due", .money("What is still to be paid; of a draft, what will be.")),
        .must("corrects", .text("The number that a credit note takes back.").orNull),
        .must(
            "files",
            .object(
                .must("pdf", .url()), .must("csv", .url()), .must("json", .url()),
                .must("xml", .url()))),
    ]
}
