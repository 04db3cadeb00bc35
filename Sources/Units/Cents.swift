/// An amount of money in whole cents of a US dollar: what is written on an invoice and paid.
public struct Cents: Hashable, Comparable, Sendable {
    /// Cents; negative for what is owed the other way.
    public let count: Int64

    public init(_ count: Int64) {
        self.count = count
    }

    public static let zero = Cents(0)

    /// Nanodollars in one cent.
    private static let nanodollars = Credits.nanodollarsPerDollar / 100

    /// The nearest cent, half away from zero.
    public init(rounding amount: Credits) {
        self.init(amount.nanodollars.divided(by: Self.nanodollars))
    }

    /// `ppm` millionths of this amount, to the nearest cent, half away from zero.
    public func share(ppm: Int64) -> Cents {
        let product = Int128(count) * Int128(ppm)
        let magnitude = (product.magnitude + 500_000) / 1_000_000
        return Cents(product < 0 ? -Int64(magnitude) : Int64(magnitude))
    }

    /// The same amount in nanodollars. Traps past what 64 bits hold, about nine billion dollars.
    public var credits: Credits { Credits(nanodollars: count * Self.nanodollars) }

    /// The amount in dollars with both decimals: `0.05`, `-12.00`.
    public var dollars: String {
        let rest = count.magnitude % 100
        return (count < 0 ? "-" : "") + "\(count.magnitude / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    public static func < (left: Cents, right: Cents) -> Bool { left.count < right.count }
    public static func + (left: Cents, right: Cents) -> Cents { Cents(left.count + right.count) }
    public static func - (left: Cents, right: Cents) -> Cents { Cents(left.count - right.count) }
    public static prefix func - (amount: Cents) -> Cents { Cents(-amount.count) }
    public static func += (left: inout Cents, right: Cents) { left = left + right }
}

extension Cents: CustomStringConvertible {
    public var description: String { dollars }
}

extension Int64 {
    /// The nearest quotient, half away from zero.
    fileprivate func divided(by divisor: Int64) -> Int64 {
        let rest = self % divisor
        return self / divisor + (rest.magnitude * 2 >= divisor.magnitude ? signum() : 0)
    }
}
