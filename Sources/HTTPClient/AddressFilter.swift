/// Which IP addresses an outgoing call may reach: the public ones, and those allowed by name.
///
/// A customer chooses where a webhook goes, and our machines can reach what a customer must not:
/// databases, neighbours, a cloud's metadata. The filter judges the very address that a socket is
/// about to be connected to, so it makes no difference what a name resolved to a moment before.
public struct AddressFilter: Sendable {
    /// Why a list of ranges cannot be read, in a sentence that names the entry.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// More entries than this are a mistake in a setting.
    private static let allowedMax = 100

    private let allowed: [AddressRange]

    /// Public addresses only.
    public init() {
        allowed = []
    }

    /// Public addresses and the listed ones, such as `127.0.0.0/8,::1/128`; an empty text lists
    /// none.
    public init(allowing ranges: String) throws(Unreadable) {
        var allowed: [AddressRange] = []
        let entries = ranges.split(separator: ",", omittingEmptySubsequences: false)
        let isEmpty = ranges.allSatisfy(\.isWhitespace)
        guard entries.count <= Self.allowedMax else {
            throw Unreadable("more than \(Self.allowedMax) ranges of addresses")
        }
        for entry in isEmpty ? [] : entries {
            let entry = entry.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
            guard !entry.isEmpty else { throw Unreadable("a range of addresses is empty") }
            allowed.append(try AddressRange(String(entry.reversed())))
        }
        self.allowed = allowed
    }

    /// Why `address` may not be reached: "127.0.0.1 is a loopback address"; nil when it may.
    func refusal(of address: IPAddress) -> String? {
        guard let rule = AddressRule.denying(address) else { return nil }
        let embedded = AddressRule.embedded(in: address)
        let isAllowed = allowed.contains { range in
            range.contains(address) || embedded.map(range.contains) == true
        }
        return isAllowed ? nil : "\(address) is \(rule)"
    }
}
