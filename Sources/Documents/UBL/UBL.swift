import Units

/// Invoices in UBL 2.1 for EN 16931, and credit notes likewise.
///
/// Line amounts there have two decimals and must add up to the net, while ours are exact and are
/// rounded once a rate: README.md in the folder above says how the two are reconciled.
public enum UBL {
    /// Why there is no such file of an invoice.
    public enum Unsuitable: Error, Hashable {
        /// A draft has no number yet.
        case draft
        /// Nobody should import what was taken back.
        case void
        /// What the standard asks for and the invoice does not say, a sentence each.
        case lacks([String])
    }

    /// The file of `invoice`, in UTF-8.
    public static func bytes(of invoice: InvoiceDocument) throws(Unsuitable) -> [UInt8] {
        guard invoice.state != .draft, let number = invoice.number else { throw .draft }
        guard invoice.state != .void else { throw .void }
        let lacking = invoice.lackingForEN16931
        guard lacking.isEmpty else { throw .lacks(lacking) }
        let root = invoice.isCreditNote ? "CreditNote" : "Invoice"
        let urn = "urn:oasis:names:specification:ubl:schema:xsd:"
        let namespaces = [
            ("xmlns", "\(urn)\(root)-2"), ("xmlns:cac", "\(urn)CommonAggregateComponents-2"),
            ("xmlns:cbc", "\(urn)CommonBasicComponents-2"),
        ]
        return XML(root, namespaces: namespaces) { xml in
            xml.head(of: invoice, number: number)
            xml.party("AccountingSupplierParty", invoice.seller, role: .seller)
            xml.party(
                "AccountingCustomerParty", invoice.buyer, role: .buyer(invoice.account.description))
            xml.payment(of: invoice, number: number)
            let lines = invoice.roundedLines
            xml.rounding(of: invoice, lines)
            xml.taxes(invoice.totals)
            xml.totals(of: invoice, lines)
            for line in lines { xml.line(line, root: root) }
        }.bytes
    }

    /// UNTDID 1001: a commercial invoice, a credit note.
    fileprivate static func typeCode(_ invoice: InvoiceDocument) -> String {
        invoice.isCreditNote ? "381" : "380"
    }
}

extension InvoiceDocument {
    var isCreditNote: Bool {
        if case .creditNote = kind { true } else { false }
    }
}

extension XML {
    fileprivate mutating func head(of invoice: InvoiceDocument, number: String) {
        element("cbc:CustomizationID", "urn:cen.eu:en16931:2017")
        element("cbc:ID", number)
        element("cbc:IssueDate", invoice.issued.description)
        if !invoice.isCreditNote {
            element("cbc:DueDate", optional: invoice.due?.description)
            element("cbc:InvoiceTypeCode", UBL.typeCode(invoice))
        } else {
            element("cbc:CreditNoteTypeCode", UBL.typeCode(invoice))
        }
        for note in invoice.notes { element("cbc:Note", optional: note) }
        if let credits = invoice.credits { element("cbc:Note", credits.sentence) }
        element("cbc:DocumentCurrencyCode", "USD")
        element("cbc:BuyerReference", optional: invoice.buyerReference)
        element("cac:InvoicePeriod") { xml in
            xml.element("cbc:StartDate", invoice.period.first.description)
            xml.element("cbc:EndDate", invoice.period.last.description)
        }
        if case .creditNote(let corrected, let issued) = invoice.kind {
            element("cac:BillingReference") { xml in
                xml.element("cac:InvoiceDocumentReference") { xml in
                    xml.element("cbc:ID", corrected)
                    xml.element("cbc:IssueDate", issued.description)
                }
            }
        }
    }

    fileprivate mutating func payment(of invoice: InvoiceDocument, number: String) {
        if let bank = invoice.bank, !invoice.isCreditNote {
            element("cac:PaymentMeans") { xml in
                // UNCL 4461: a credit transfer.
                xml.element("cbc:PaymentMeansCode", "30")
                xml.element("cbc:PaymentID", number)
                xml.element("cac:PayeeFinancialAccount") { xml in
                    xml.element("cbc:ID", bank.number)
                    xml.element("cbc:Name", optional: bank.holder)
                    if let bic = bank.bic {
                        xml.element("cac:FinancialInstitutionBranch") { xml in
                            xml.element("cbc:ID", bic)
                        }
                    }
                }
            }
        }
        element("cac:PaymentTerms") { xml in xml.element("cbc:Note", invoice.terms) }
    }

    fileprivate mutating func taxes(_ totals: InvoiceDocument.Totals) {
        element("cac:TaxTotal") { xml in
            xml.amount("cbc:TaxAmount", totals.tax)
            for line in totals.taxes {
                xml.element("cac:TaxSubtotal") { xml in
                    xml.amount("cbc:TaxableAmount", line.taxable)
                    xml.amount("cbc:TaxAmount", line.tax)
                    xml.taxCategory("cac:TaxCategory", line.rate, reasoned: true)
                }
            }
        }
    }

    /// What the standard has a rule about for each category: its percentage, and its reason.
    mutating func taxCategory(_ name: String, _ tax: InvoiceDocument.Tax, reasoned: Bool) {
        element(name) { xml in
            xml.element("cbc:ID", tax.category.rawValue)
            if tax.category != .outside { xml.element("cbc:Percent", tax.percent) }
            if reasoned { xml.element("cbc:TaxExemptionReason", optional: tax.exemption) }
            xml.element("cac:TaxScheme") { $0.element("cbc:ID", "VAT") }
        }
    }

    mutating func amount(_ name: String, _ amount: Cents) {
        element(name, amount.dollars, with: [("currencyID", "USD")])
    }
}
