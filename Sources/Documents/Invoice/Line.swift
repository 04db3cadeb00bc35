public import Units

extension InvoiceDocument {
    /// What one model came to at one price: its lines are told apart by unit, price and version.
    public struct Line: Hashable, Sendable {
        /// From 1.
        public var position: Int
        /// The model's name, and what of it: `FLUX.2 [pro], output images`.
        public var description: String
        /// The model's id, `black-forest-labs/flux-2-pro`: what accounts and programs know it by.
        public var model: String
        public var unit: Unit
        public var quantity: Quantity
        /// Exact: a token costs billionths of a dollar.
        public var unitPrice: Credits
        public var priceVersion: Int
        /// What was captured for it, exactly. Where a capture was capped by its hold this is less
        /// than quantity times price.
        public var net: Credits
        public var tax: Tax

        public init(
            position: Int, description: String, model: String, unit: Unit, quantity: Quantity,
            unitPrice: Credits, priceVersion: Int, net: Credits, tax: Tax
        ) {
            self.position = position
            self.description = description
            self.model = model
            self.unit = unit
            self.quantity = quantity
            self.unitPrice = unitPrice
            self.priceVersion = priceVersion
            self.net = net
            self.tax = tax
        }
    }

    /// What prices are counted in, spelled as the catalogue does.
    public enum Unit: String, CaseIterable, Sendable {
        case image, megapixel, token, request

        /// As it is written beside a count.
        public var plural: String { rawValue + "s" }
    }

    /// Under which rule of VAT something is sold, and at what rate.
    public struct Tax: Hashable, Sendable {
        public var category: Category
        /// Millionths: 190 000 is 19 %. Zero in every category but `standard`.
        public var ppm: Int64
        /// Why nothing is charged; nil takes the category's own words.
        public var reason: String?

        public init(_ category: Category, ppm: Int64 = 0, reason: String? = nil) {
            self.category = category
            self.ppm = ppm
            self.reason = reason
        }

        /// The rate in per cent, exactly: `19`, `8.875`.
        public var percent: String { Quantity(millionths: ppm * 100).decimal }
    }

    /// The letters of UNCL 5305 that services can have under EN 16931.
    public enum Category: String, CaseIterable, Sendable {
        case standard = "S"
        case zeroRated = "Z"
        case exempt = "E"
        case reverseCharge = "AE"
        case export = "G"
        /// Not subject to VAT: no VAT id may be on the invoice then.
        case outside = "O"
    }
}
