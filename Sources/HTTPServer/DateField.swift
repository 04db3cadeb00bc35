import HTTP
import Units

/// The `Date` header field, written once a second (RFC 9110, section 6.6.1).
struct DateField {
    private var second: Int64 = .min
    /// The whole line with its CRLF.
    private(set) var line: [UInt8] = []

    mutating func refresh(_ now: Timestamp) {
        guard now.seconds != second else { return }
        second = now.seconds
        line = Array("Date: \(HTTPDate.text(now))\r\n".utf8)
    }
}
