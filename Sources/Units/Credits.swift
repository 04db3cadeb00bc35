/// An amount of money in whole nanodollars (10⁻⁹ USD).
///
/// Integer arithmetic that traps on overflow: an amount is never rounded by accident. Per-token
/// prices are whole nanodollars too, so nothing is rounded until an invoice is totalled.
public struct Credits: Hashable, Comparable, Sendable {
    /// Nanodollars; negative for a debt.
    public let nanodollars: Int64

    /// An amount of whole nanodollars.
    public init(nanodollars: Int64) {
        self.nanodollars = nanodollars
    }

    /// Nothing.
    public static let zero = Credits(nanodollars: 0)

    /// Nanodollars in one US dollar.
    public static let nanodollarsPerDollar: Int64 = 1_000_000_000

    /// Reads an exact decimal number of dollars such as `25`, `25.00` or `-0.004`.
    ///
    /// Nil when it is not one: an exponent, more than nine decimals, blanks, or an amount past
    /// what 64 bits hold. Nothing is ever rounded.
    public init?(dollars text: some StringProtocol) {
        var digits = Substring(text)
        let negative = digits.hasPrefix("-")
        if negative { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy(Self.isDigit) else {
            return nil
        }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        if parts.count == 2 {
            guard !fraction.isEmpty, fraction.utf8.count <= 9,
                fraction.utf8.allSatisfy(Self.isDigit)
            else { return nil }
        }
        fraction += String(repeating: "0", count: 9 - fraction.utf8.count)
        guard let nanodollars = Int64((negative ? "-" : "") + whole + fraction) else { return nil }
        self.init(nanodollars: nanodollars)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// The exact amount in dollars without exponent or needless zeros: `0.004`, `25`, `-1.5`.
    ///
    /// Made from the integer's digits, so it can be written into JSON as a number.
    public var dollars: String {
        let whole = nanodollars.magnitude / UInt64(Self.nanodollarsPerDollar)
        let rest = nanodollars.magnitude % UInt64(Self.nanodollarsPerDollar)
        var text = (nanodollars < 0 ? "-" : "") + String(whole)
        if rest > 0 {
            var fraction = String(rest)
            fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
            while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
            text += "." + fraction
        }
        return text
    }

    public static func < (left: Credits, right: Credits) -> Bool {
        left.nanodollars < right.nanodollars
    }

    public static func + (left: Credits, right: Credits) -> Credits {
        Credits(nanodollars: left.nanodollars + right.nanodollars)
    }

    public static func - (left: Credits, right: Credits) -> Credits {
        Credits(nanodollars: left.nanodollars - right.nanodollars)
    }

    public static prefix func - (amount: Credits) -> Credits {
        Credits(nanodollars: -amount.nanodollars)
    }

    public static func += (left: inout Credits, right: Credits) { left = left + right }

    public static func -= (left: inout Credits, right: Credits) { left = left - right }

    /// `count` times this amount.
    public func times(_ count: Int) -> Credits {
        Credits(nanodollars: nanodollars * Int64(count))
    }
}

extension Credits: CustomStringConvertible {
    public var description: String { dollars }
}
