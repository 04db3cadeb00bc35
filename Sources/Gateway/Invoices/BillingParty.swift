import Documents
import FoundationEssentials
import Postgres
import Units

/// A party of an invoice as its column keeps it: the same for the seller, for buyers, and for what
/// was frozen, so that freezing is copying.
struct BillingParty: Codable {
    struct Address: Codable {
        var scheme: String
        var value: String
    }

    var name: String?
    var address: [String]?
    var city: String?
    var postal_code: String?
    var region: String?
    var country: String?
    var vat_id: String?
    var tax_id: String?
    var email: String?
    var electronic_address: Address?

    /// Nothing known.
    init() {}

    /// Reads the column's text; an unreadable one says nothing, and what is missing is told then.
    init(_ text: JSONText?) {
        let read = text.flatMap {
            // Only we write the column.
            try? JSONDecoder().decode(Self.self, from: Data($0.text.utf8))
        }
        self = read ?? Self()
    }

    init(_ party: Party) {
        name = party.name
        address = party.address.isEmpty ? nil : party.address
        city = party.city
        postal_code = party.postalCode
        region = party.region
        country = party.country
        vat_id = party.vatID
        tax_id = party.taxID
        email = party.email
        electronic_address = party.electronicAddress.map {
            Address(scheme: $0.scheme, value: $0.value)
        }
    }

    /// The party that documents show; `name` and `email` stand in where it has none of its own.
    func party(name: String, email: String?) -> Party {
        Party(
            name: self.name ?? name, address: address ?? [], city: city, postalCode: postal_code,
            region: region, country: country, vatID: vat_id, taxID: tax_id,
            email: self.email ?? email,
            electronicAddress: electronic_address.map {
                Party.ElectronicAddress(scheme: $0.scheme, value: $0.value)
            })
    }

    /// The members that say something, in a fixed order.
    var json: JSON {
        let texts: [(String, String?)] = [
            ("city", city), ("postal_code", postal_code), ("region", region),
            ("country", country), ("vat_id", vat_id), ("tax_id", tax_id), ("email", email),
        ]
        var members: [(String, JSON)] = []
        if let name { members.append(("name", .string(name))) }
        if let address { members.append(("address", .array(address.map(JSON.string)))) }
        members += texts.compactMap { name, text in text.map { (name, .string($0)) } }
        if let place = electronic_address {
            members.append(
                (
                    "electronic_address",
                    .object([("scheme", .string(place.scheme)), ("value", .string(place.value))])
                ))
        }
        return .object(members)
    }
}

/// Where buyers pay, as its column keeps it.
struct BillingBank: Codable {
    var holder: String
    var number: String
    var bic: String?
    var bank: String?

    init?(_ text: JSONText?) {
        // Only we write the column.
        guard let text, let read = try? JSONDecoder().decode(Self.self, from: Data(text.text.utf8))
        else { return nil }
        self = read
    }

    init(_ account: InvoiceDocument.BankAccount) {
        holder = account.holder
        number = account.number
        bic = account.bic
        bank = account.bank
    }

    var account: InvoiceDocument.BankAccount {
        InvoiceDocument.BankAccount(holder: holder, number: number, bic: bic, bank: bank)
    }

    var json: JSON {
        .object(
            [("holder", .string(holder)), ("number", .string(number))]
                + [("bic", bic), ("bank", bank)].compactMap { name, text in
                    text.map { (name, JSON.string($0)) }
                })
    }
}
