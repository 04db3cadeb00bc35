import Postgres
public import Units

/// One line of what a generation cost, as its row keeps it: invoices are made of these.
public struct ChargedLine: Hashable, Sendable {
    /// The line of the price that was agreed, from 1; 0 for what no line of it says.
    public let line: Int16
    public let quantity: Int
    public let amount: Credits

    public init(line: Int16, quantity: Int, amount: Credits) {
        self.line = line
        self.quantity = quantity
        self.amount = amount
    }
}

extension Settlement {
    /// The columns of a generation's row that say what it was charged for.
    struct ChargeColumns {
        /// Of a capture that is one line, counted once for each picture: nearly all are.
        var line: Int32?
        /// Of any other, its lines as JSON.
        var lines: JSONText?
    }

    /// What `captured` consists of. Where the hold limited it, a line 0 takes back the difference;
    /// of whom nobody said what was charged for, nothing is known.
    func chargeColumns(of captured: Credits) -> ChargeColumns {
        guard captured > .zero, let first = charges.first else { return ChargeColumns() }
        if charges.count == 1, first.line > 0, first.quantity == images, first.amount == captured {
            return ChargeColumns(line: Int32(first.line))
        }
        let difference = captured - charges.reduce(.zero) { $0 + $1.amount }
        let all =
            difference == .zero
            ? charges : charges + [ChargedLine(line: 0, quantity: 0, amount: difference)]
        let words = all.map { "[\($0.line),\($0.quantity),\($0.amount.nanodollars)]" }
        return ChargeColumns(lines: JSONText("[" + words.joined(separator: ",") + "]"))
    }
}
