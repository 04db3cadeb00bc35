import Units

/// What documents say in words.
extension InvoiceDocument {
    /// What stands at the top.
    var title: String {
        switch kind {
        case .invoice: "Invoice"
        case .statement: "Invoice and statement"
        case .creditNote: "Credit note"
        }
    }

    /// When and how to pay.
    var terms: String {
        if isCreditNote { return "Credited to your account." }
        if totals.due <= .zero { return "Paid out of credits; nothing is due." }
        guard let due else { return "Payable on receipt." }
        return "Payable by \(due) without deduction."
    }
}

extension InvoiceDocument.Tax {
    /// Why nothing is charged; nil where something is, or where the rate itself is zero.
    var exemption: String? {
        switch category {
        case .standard, .zeroRated: nil
        case .exempt: reason ?? "Exempt from VAT"
        case .reverseCharge: reason ?? "Reverse charge: VAT is due from the recipient"
        case .export: reason ?? "Export outside the EU: no VAT is charged"
        case .outside: reason ?? "Not subject to VAT"
        }
    }
}

extension InvoiceDocument.CreditsStatement {
    /// The statement's rows that say something, in the order in which they are added up.
    var rows: [(name: String, amount: Credits)] {
        let movements = [
            ("Bought", bought), ("Promotional credits", promotional), ("Adjustments", adjusted),
            ("Used", -used), ("Expired", -expired),
        ]
        return [("Opening balance", opening)] + movements.filter { $0.1 != .zero }
            + [("Closing balance", closing)]
    }

    /// The same in one line.
    var sentence: String {
        "Credits in USD: "
            + rows.map { "\($0.name.lowercased()) \($0.amount.dollars)" }.joined(separator: "; ")
    }
}
