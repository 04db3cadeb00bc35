/// Which side of the invoice a party stands on: the standard knows less about buyers.
enum PartyRole {
    case seller
    /// By the id under which the seller knows it.
    case buyer(String)
}

extension XML {
    mutating func party(_ name: String, _ party: Party, role: PartyRole) {
        element("cac:\(name)") { xml in
            xml.element("cac:Party") { xml in
                if let address = party.electronicAddress {
                    xml.element(
                        "cbc:EndpointID", address.value, with: [("schemeID", address.scheme)])
                }
                if case .buyer(let id) = role {
                    xml.element("cac:PartyIdentification") { $0.element("cbc:ID", id) }
                }
                xml.element("cac:PartyName") { $0.element("cbc:Name", party.name) }
                xml.address(party)
                xml.taxScheme(party.vatID, "VAT")
                // The standard has no place for a buyer's local tax number but its registration.
                if case .seller = role { xml.taxScheme(party.taxID, "TAX") }
                xml.element("cac:PartyLegalEntity") { xml in
                    xml.element("cbc:RegistrationName", party.name)
                    xml.element("cbc:CompanyID", optional: party.taxID)
                }
                if let email = party.email {
                    xml.element("cac:Contact") { $0.element("cbc:ElectronicMail", email) }
                }
            }
        }
    }

    private mutating func address(_ party: Party) {
        element("cac:PostalAddress") { xml in
            let lines = party.address
            xml.element("cbc:StreetName", optional: lines.first)
            xml.element("cbc:AdditionalStreetName", optional: lines.dropFirst().first)
            xml.element("cbc:CityName", optional: party.city)
            xml.element("cbc:PostalZone", optional: party.postalCode)
            xml.element("cbc:CountrySubentity", optional: party.region)
            if lines.count > 2 {
                let rest = lines.dropFirst(2).joined(separator: ", ")
                xml.element("cac:AddressLine") { $0.element("cbc:Line", rest) }
            }
            if let country = party.country {
                xml.element("cac:Country") { $0.element("cbc:IdentificationCode", country) }
            }
        }
    }

    private mutating func taxScheme(_ id: String?, _ scheme: String) {
        guard let id else { return }
        element("cac:PartyTaxScheme") { xml in
            xml.element("cbc:CompanyID", id)
            xml.element("cac:TaxScheme") { $0.element("cbc:ID", scheme) }
        }
    }
}
