import FoundationEssentials
import Units

extension Credits {
    /// A vendor's figure in dollars, in whole nanodollars, rounded up: what we are charged is never
    /// told for less. Nil for what is none, or more than a bill could be.
    init?(roundingUp dollars: Decimal) {
        let text = "\(dollars)"
        let parts = text.split(separator: ".", maxSplits: 1)
        let fraction = parts.count == 2 ? parts[1] : ""
        let isOver = fraction.dropFirst(9).contains { $0 != "0" }
        guard !text.hasPrefix("-"), let whole = parts.first,
            let rounded = Credits(
                dollars: fraction.isEmpty ? String(whole) : "\(whole).\(fraction.prefix(9))")
        else { return nil }
        let (sum, overflows) = rounded.nanodollars.addingReportingOverflow(isOver ? 1 : 0)
        guard !overflows else { return nil }
        self = Credits(nanodollars: sum)
    }
}
