import Documents
import Ledger
import Postgres
import Units

extension CreditNote {
    /// A line that is taken back, and the amount of it.
    struct Taken {
        /// Nil for an amount that is no line's.
        let position: Int32?
        let amount: Credits
    }

    struct Sums {
        let exact: Credits
        let net: Cents
        let tax: Cents
    }

    /// What it takes back of `invoice`: lines that no other credit note has, or one amount.
    func taken(
        from invoice: InvoiceRecord, left: Credits, in transaction: borrowing Transaction
    ) throws -> [Taken] {
        guard left > .zero else {
            throw Refusal(.conflict, "Nothing is left of \(invoice.name) to credit.")
        }
        switch part {
        case .amount(let amount): return [try taken(amount, of: invoice, left: left)]
        case .all where left < invoice.exact: return [Taken(position: nil, amount: left)]
        case .all: return try lines(of: invoice, in: transaction).map(\.taken)
        case .lines(let positions):
            let lines = try lines(of: invoice, in: transaction)
            for position in positions.sorted() {
                guard let line = lines.first(where: { $0.taken.position.map(Int.init) == position })
                else {
                    throw Refusal(
                        .invalidValue, "\(invoice.name) has no line \(position).", field: "lines")
                }
                if line.isCredited {
                    throw Refusal(
                        .conflict, "Line \(position) of \(invoice.name) was credited before.",
                        field: "lines")
                }
            }
            return lines.map(\.taken).filter { positions.contains(Int($0.position ?? 0)) }
        }
    }

    private func taken(
        _ amount: Cents, of invoice: InvoiceRecord, left: Credits
    ) throws(Refusal) -> Taken {
        let leftCents = min(invoice.net - invoice.creditedNet, Cents(rounding: left))
        guard amount > .zero, amount <= leftCents else {
            throw Refusal(
                .invalidValue,
                "$\(leftCents) net is left of \(invoice.name); a credit note takes back some of it, not "
                    + "$\(amount).", field: "amount")
        }
        // The last of it takes the parts of a cent along, in either direction.
        let exact = amount == leftCents ? left : amount.credits
        return Taken(position: nil, amount: min(exact, left))
    }

    private func lines(
        of invoice: InvoiceRecord, in transaction: borrowing Transaction
    ) throws -> [(taken: Taken, isCredited: Bool)] {
        try transaction.rows(
            """
            select l.position, l.amount, exists (
                select from invoice c
                join invoice_line k on k.account_id = c.account_id and k.invoice_id = c.id
                where c.account_id = l.account_id and c.corrects = l.invoice_id
                    and k.corrects_position = l.position)
            from invoice_line l
            where l.account_id = \(invoice.account) and l.invoice_id = \(invoice.id)
            order by l.position
            """
        ) { row in
            let taken = Taken(position: try row.next(Int32.self), amount: try row.next())
            return (taken: taken, isCredited: try row.next(Bool.self))
        }
    }

    /// In cents: what all credit notes up to this one come to, less what those before it said. So
    /// they never come to more than the invoice, and to all of it once all of it is taken back.
    func sums(
        _ taken: [Taken], of invoice: InvoiceRecord, left: Credits
    ) throws(Refusal) -> Sums {
        let exact = taken.reduce(Credits.zero) { $0 + $1.amount }
        guard exact > .zero, exact <= left else {
            throw Refusal(
                .invalidValue,
                "$\(left) net is left of \(invoice.name); $\(exact) "
                    + "is not a part of it.")
        }
        let net = Cents(rounding: invoice.creditedExact + exact)
        let tax = net.share(ppm: Int64(invoice.taxPPM))
        return Sums(
            exact: exact, net: net - invoice.creditedNet, tax: tax - invoice.creditedTax)
    }
}
