public import Units

/// Which IP addresses an outgoing call may reach: the public ones, and those allowed by name.
///
/// A customer chooses where a webhook goes, and our machines can reach what a customer must not:
/// databases, neighbours, a cloud's metadata. The filter judges the very address that a socket is
/// about to be connected to, so it makes no difference what a name resolved to a moment before.
public struct AddressFilter: Sendable {
    /// Why a list of ranges cannot be read, in a sentence that names the entry.
    public typealias Unreadable = AddressRange.Unreadable

    private let allowed: AddressRanges

    /// Public addresses only.
    public init() {
        allowed = AddressRanges()
    }

    /// Public addresses and the listed ones, such as `127.0.0.0/8,::1/128`; an empty text lists
    /// none.
    public init(allowing ranges: String) throws(Unreadable) {
        allowed = try AddressRanges(ranges)
    }

    /// Why `address` may not be reached: "127.0.0.1 is a loopback address"; nil when it may.
    func refusal(of address: IPAddress) -> String? {
        guard let rule = AddressRule.denying(address) else { return nil }
        let embedded = AddressRule.embedded(in: address)
        let isAllowed = allowed.contains(address) || embedded.map(allowed.contains) == true
        return isAllowed ? nil : "\(address) is \(rule)"
    }
}
