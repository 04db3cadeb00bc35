import Documents
import Units

/// What is to be changed of who buys or sells. What is not named stays; an empty text takes away.
public struct PartyChange: Sendable {
    public enum Field: String, CaseIterable, Sendable {
        case legalName = "legal-name"
        case city
        case postalCode = "postal-code"
        case region, country
        case vatID = "vat-id"
        case taxID = "tax-id"
        case email = "billing-email"
        case electronicAddress = "electronic-address"
    }

    public var fields: [Field: String]
    /// The lines of the address, all of them; nil leaves them as they are.
    public var address: [String]?

    public init(fields: [Field: String] = [:], address: [String]? = nil) {
        self.fields = fields
        self.address = address
    }

    public var isEmpty: Bool { fields.isEmpty && address == nil }

    /// Characters of a text, at most: what fits on a line of the letterhead twice.
    static let textMax = 200
    /// Lines of an address: three are all that a UBL file holds.
    static let addressMax = 3

    /// `party` with these changes, or a refusal that names the option.
    func applied(to party: BillingParty) throws(Refusal) -> BillingParty {
        var party = party
        for field in Field.allCases {
            guard let given = fields[field] else { continue }
            let text = try Self.checked(given, field.rawValue)
            switch field {
            case .legalName: party.name = text
            case .city: party.city = text
            case .postalCode: party.postal_code = text
            case .region: party.region = text
            case .country: party.country = try Self.country(text)
            case .vatID: party.vat_id = try Self.vatID(text)
            case .taxID: party.tax_id = text
            case .email: party.email = text
            case .electronicAddress: party.electronic_address = try Self.electronic(text)
            }
        }
        if let address {
            var lines: [String] = []
            for line in address {
                if let line = try Self.checked(line, "address") { lines.append(line) }
            }
            guard lines.count <= Self.addressMax else {
                throw Refusal(
                    .invalidValue, "An address has at most \(Self.addressMax) lines.",
                    field: "address")
            }
            party.address = lines.isEmpty ? nil : lines
        }
        return party
    }

    /// A text without blanks around it; nil for an empty one.
    static func checked(_ given: String, _ option: String) throws(Refusal) -> String? {
        let text = given.trimmed
        try Label.check(text, field: option, lengthMax: textMax, mayBeEmpty: true)
        return text.isEmpty ? nil : text
    }

    private static func country(_ text: String?) throws(Refusal) -> String? {
        guard let text else { return nil }
        guard text.utf8.count == 2, isUpperCase(text) else {
            throw Refusal(
                .invalidValue,
                "A country is two capital letters of ISO 3166-1, such as DE; "
                    + "'\(text)' came.", field: Field.country.rawValue)
        }
        return text
    }

    private static func vatID(_ text: String?) throws(Refusal) -> String? {
        guard let text else { return nil }
        guard text.utf8.count > 2, isUpperCase(text.prefix(2)) else {
            throw Refusal(
                .invalidValue,
                "A VAT id begins with its country, such as DE123456789; '\(text)' came. Other "
                    + "registrations are --tax-id.", field: Field.vatID.rawValue)
        }
        return text
    }

    private static func electronic(_ text: String?) throws(Refusal) -> BillingParty.Address? {
        guard let text else { return nil }
        let halves = text.split(separator: ":", maxSplits: 1)
        guard halves.count == 2, halves[0].utf8.count == 4 || halves[0] == "EM" else {
            throw Refusal(
                .invalidValue,
                "An electronic address is a scheme of EAS, a colon and the address, such as "
                    + "0088:4012345000009 or EM:bills@example.org; '\(text)' came.",
                field: Field.electronicAddress.rawValue)
        }
        return BillingParty.Address(scheme: String(halves[0]), value: String(halves[1]))
    }

    private static func isUpperCase(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
}
