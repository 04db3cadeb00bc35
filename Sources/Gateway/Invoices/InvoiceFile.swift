public import Documents
public import Units

/// Invoices as files, with a refusal where there is no such file.
public enum InvoiceFile {
    /// The file for EN 16931, or a refusal that says what is missing.
    public static func ubl(of invoice: InvoiceDocument) throws(Refusal) -> [UInt8] {
        do throws(UBL.Unsuitable) {
            return try UBL.bytes(of: invoice)
        } catch {
            switch error {
            case .draft:
                throw Refusal(.conflict, "A draft has no number yet, and so no file of EN 16931.")
            case .void:
                throw Refusal(.conflict, "There is no file of EN 16931 of what was withdrawn.")
            case .lacks(let sentences):
                throw Refusal(
                    .conflict,
                    "There is no file of EN 16931: \(sentences.joined(separator: "; ")).")
            }
        }
    }
}
