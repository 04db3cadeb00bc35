/// Who sells or buys, as written on the invoice.
public struct Party: Hashable, Sendable {
    public var name: String
    /// Street, house, floor; at most three lines reach a UBL file.
    public var address: [String]
    public var city: String?
    public var postalCode: String?
    /// A state or province, where addresses have one.
    public var region: String?
    /// ISO 3166-1, two letters: `DE`, `US`. Nil is allowed on paper, not in UBL.
    public var country: String?
    /// With its country's letters: `DE123456789`.
    public var vatID: String?
    /// A number of registration that is no VAT id: an EIN, a commercial register's.
    public var taxID: String?
    public var email: String?
    /// Where electronic invoices go, such as Peppol's.
    public var electronicAddress: ElectronicAddress?

    public init(
        name: String, address: [String] = [], city: String? = nil, postalCode: String? = nil,
        region: String? = nil, country: String? = nil, vatID: String? = nil, taxID: String? = nil,
        email: String? = nil, electronicAddress: ElectronicAddress? = nil
    ) {
        self.name = name
        self.address = address
        self.city = city
        self.postalCode = postalCode
        self.region = region
        self.country = country
        self.vatID = vatID
        self.taxID = taxID
        self.email = email
        self.electronicAddress = electronicAddress
    }

    public struct ElectronicAddress: Hashable, Sendable {
        /// Of the code list EAS: `0088` for a GLN, `9930` for a German VAT id, `EM` for e-mail.
        public var scheme: String
        public var value: String

        public init(scheme: String, value: String) {
            self.scheme = scheme
            self.value = value
        }
    }
}
