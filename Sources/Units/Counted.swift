extension BinaryInteger {
    /// The number with its noun: `1 request`, `2 requests`. A noun that does not just take an `s` says
    /// its plural.
    public func counted(_ noun: String, _ plural: String? = nil) -> String {
        "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
    }
}

extension ClosedRange where Bound: BinaryInteger {
    /// `1 to 10`; where there is but one value, that.
    public var inWords: String {
        lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
    }
}
