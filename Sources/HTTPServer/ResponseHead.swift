import HTTP

/// What an answer says about the connection it came on.
enum ConnectionField {
    /// Nothing: HTTP/1.1 goes on by default.
    case goesOn
    case close
    /// Said to HTTP/1.0, which closes by default.
    case keepAlive
}

/// How the body that follows a head is delimited.
enum BodyFraming {
    case length(Int64)
    case chunked
    /// No field: the answer has no body at all, or ends with the connection.
    case unsaid
}

/// A handler's answer that must not be sent: it would say something else than the handler meant.
struct UnsendableResponse: Error {}

extension Response {
    /// Appends the head, and throws when a field could split the answer in two.
    ///
    /// Length, framing, date and connection are the server's to say; a handler's are left out.
    func writeHead(
        to bytes: inout [UInt8], framing: BodyFraming, connection: ConnectionField, date: [UInt8],
        standing: StandingFields
    ) throws(UnsendableResponse) {
        guard (200...999).contains(status.rawValue) else { throw UnsendableResponse() }
        bytes.append(text: "HTTP/1.1 ")
        bytes.append(decimal: Int64(status.rawValue))
        bytes.append(.space)
        bytes.append(contentsOf: status.reason.utf8)
        bytes.append(text: "\r\n")
        for field in headers.fields {
            guard field.isSendable else { throw UnsendableResponse() }
            if field.isOfTheServer { continue }
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(text: ": ")
            bytes.append(contentsOf: field.value.utf8)
            bytes.append(text: "\r\n")
        }
        bytes.append(contentsOf: date)
        standing.write(to: &bytes, beside: headers)
        switch framing {
        case .length(let count):
            bytes.append(text: "Content-Length: ")
            bytes.append(decimal: count)
            bytes.append(text: "\r\n")
        case .chunked: bytes.append(text: "Transfer-Encoding: chunked\r\n")
        case .unsaid: break
        }
        switch connection {
        case .goesOn: break
        case .close: bytes.append(text: "Connection: close\r\n")
        case .keepAlive: bytes.append(text: "Connection: keep-alive\r\n")
        }
        bytes.append(text: "\r\n")
    }

    /// Whether this status forbids a body (RFC 9110, section 6.4.1).
    var isBodiless: Bool { status.rawValue == 204 || status.rawValue == 304 }
}

extension Headers.Field {
    var isSendable: Bool {
        !name.isEmpty && name.utf8.allSatisfy(\.isToken) && value.utf8.allSatisfy(\.isFieldValue)
    }

    fileprivate var isOfTheServer: Bool {
        switch name.utf8.count {
        case 4: Headers.same(name, "Date")
        case 10: Headers.same(name, "Connection") || Headers.same(name, "Keep-Alive")
        case 14: Headers.same(name, "Content-Length")
        case 17: Headers.same(name, "Transfer-Encoding")
        default: false
        }
    }
}

extension [UInt8] {
    mutating func append(text: StaticString) {
        unsafe append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(decimal number: Int64) {
        if number >= 10 { append(decimal: number / 10) }
        append(0x30 + UInt8(number % 10))
    }

    mutating func append(hexadecimal number: Int) {
        if number >= 16 { append(hexadecimal: number / 16) }
        let digit = UInt8(number % 16)
        append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
    }
}
