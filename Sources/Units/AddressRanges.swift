/// Ranges of addresses as a setting lists them: `10.0.0.0/8,::1`.
public struct AddressRanges: Hashable, Sendable {
    /// More entries than this are a mistake in a setting.
    private static let countMax = 100

    private let ranges: [AddressRange]

    /// None.
    public init() {
        ranges = []
    }

    /// Reads ranges and single addresses with commas between; an empty text lists none.
    public init(_ list: String) throws(AddressRange.Unreadable) {
        var ranges: [AddressRange] = []
        let entries = list.split(separator: ",", omittingEmptySubsequences: false)
        let isEmpty = list.allSatisfy(\.isWhitespace)
        guard entries.count <= Self.countMax else {
            throw .init("more than \(Self.countMax) ranges of addresses")
        }
        for entry in isEmpty ? [] : entries {
            let entry = entry.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
            guard !entry.isEmpty else { throw .init("a range of addresses is empty") }
            ranges.append(try AddressRange(String(entry.reversed())))
        }
        self.ranges = ranges
    }

    public var isEmpty: Bool { ranges.isEmpty }

    public func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }
}
