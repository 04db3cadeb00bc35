/// How much of something, exactly: whole millionths, which are enough for every unit that is sold.
public struct Quantity: Hashable, Comparable, Sendable {
    public let millionths: Int64

    public init(millionths: Int64) {
        self.millionths = millionths
    }

    /// A whole number; traps past nine million millions, which no count of ours comes near.
    public init(_ count: Int64) {
        self.init(millionths: count * 1_000_000)
    }

    /// The exact decimal without needless zeros: `12`, `0.5`, `-3`.
    public var decimal: String {
        let rest = millionths.magnitude % 1_000_000
        var text = (millionths < 0 ? "-" : "") + String(millionths.magnitude / 1_000_000)
        if rest > 0 {
            var fraction = String(rest)
            fraction = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
            while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
            text += "." + fraction
        }
        return text
    }

    /// This many of what costs `price` each; a part of a nanodollar rounds half away from zero.
    public func times(_ price: Credits) -> Credits {
        let product = Int128(millionths) * Int128(price.nanodollars)
        let magnitude = (product.magnitude + 500_000) / 1_000_000
        return Credits(nanodollars: product < 0 ? -Int64(magnitude) : Int64(magnitude))
    }

    public static func < (left: Quantity, right: Quantity) -> Bool {
        left.millionths < right.millionths
    }

    public static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(millionths: left.millionths + right.millionths)
    }
}

extension Quantity: CustomStringConvertible {
    public var description: String { decimal }
}
