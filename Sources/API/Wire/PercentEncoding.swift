/// Percent-encoding (RFC 3986, section 2.1), undone.
enum PercentEncoding {
    /// The text that was meant; nil when it is not encoded right, or no UTF-8. In a query string
    /// `+` is a blank, in a path it is itself.
    static func decoded(_ text: some StringProtocol, plusIsBlank: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let digits = String(validating: rest.prefix(2), as: UTF8.self),
                    digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                    let value = UInt8(digits, radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
