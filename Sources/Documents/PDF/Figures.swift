import Units

/// Amounts as people read them: thousands apart, and what is smaller than a cent apart from the rest.
struct Figure: Equatable {
    /// With both decimals of a cent: `1,234.50`.
    let head: String
    /// The digits after them: `004`; usually none.
    let tail: String

    init(_ amount: Credits) {
        let parts = amount.dollars.split(separator: ".")
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        fraction += String(repeating: "0", count: max(0, 2 - fraction.utf8.count))
        head = Figure.grouped(String(parts[0])) + "." + fraction.prefix(2)
        tail = String(fraction.dropFirst(2))
    }

    init(_ amount: Cents) {
        self.init(amount.credits)
    }

    init(_ quantity: Quantity) {
        let parts = quantity.decimal.split(separator: ".")
        head = Figure.grouped(String(parts[0])) + (parts.count == 2 ? "." + parts[1] : "")
        tail = ""
    }

    /// A true minus sign before a negative amount; commas between thousands.
    private static func grouped(_ whole: String) -> String {
        let negative = whole.hasPrefix("-")
        let digits = Array(negative ? whole.dropFirst() : whole[...])
        var text = negative ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
