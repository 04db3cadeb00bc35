internal import CPostgres
internal import Units

/// Where the database is and how to sign in: the parameters that libpq connects with.
///
/// It holds a password and is therefore never printed.
struct Address: Sendable {
    private let parameters: [(keyword: String, value: String)]

    /// Reads a `postgres://` URL or `key=value` pairs, and adds what `settings` ask for; nil when
    /// libpq does not understand it. libpq's own complaint may quote a password and is dropped.
    init?(_ url: Secret, settings: Database.Settings) {
        guard var given = Self.parse(url.reveal()), Self.isSound(given) else { return nil }
        let options = settings.startupOptions
        // What is given in the URL comes later on the server's command line and so wins.
        given["options"] = [options, given["options"] ?? ""].filter { !$0.isEmpty }
            .joined(separator: " ")
        for (keyword, value) in Self.defaults where given[keyword] == nil {
            given[keyword] = value
        }
        given["application_name"] = given["application_name"] ?? settings.applicationName
        // Text is UTF-8 on both sides, whatever the environment says.
        given["client_encoding"] = "UTF8"
        parameters = given.map { ($0.key, $0.value) }
    }

    /// A dead peer is noticed after about 20 s when idle, after 15 s with data on the way.
    private static let defaults = [
        "connect_timeout": "5",
        "keepalives": "1",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "2",
        "tcp_user_timeout": "15000",
        // Of several hosts the one that takes writes; a primary that became a standby is none.
        "target_session_attrs": "read-write",
    ]

    /// A password with an unescaped `/` or `@` spills over into port, host or database, which
    /// errors do show.
    private static func isSound(_ given: [String: String]) -> Bool {
        let port = given["port"] ?? ""
        return port.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ",") }
            && !["host", "dbname"].contains { given[$0]?.contains("@") == true }
    }

    private static func parse(_ text: String) -> [String: String]? {
        // An empty text would make libpq connect to whatever the environment names.
        guard !text.isEmpty, !text.utf8.contains(0),
            let options = unsafe PQconninfoParse(text, nil)
        else { return nil }
        defer { unsafe PQconninfoFree(options) }
        var given: [String: String] = [:]
        var index = 0
        while let keyword = unsafe options[index].keyword {
            if let value = unsafe options[index].val {
                unsafe given[String(cString: keyword)] = String(cString: value)
            }
            index += 1
        }
        return given
    }

    /// Connects, blocking for at most `connect_timeout` a host. The caller finishes what comes
    /// back, whether it is connected or not; nil only without memory.
    func connect() -> OpaquePointer? {
        let keywords = CStrings(parameters.map(\.keyword))
        let values = CStrings(parameters.map(\.value))
        return unsafe keywords.withPointers { keywords in
            unsafe values.withPointers { values in
                unsafe PQconnectdbParams(keywords, values, 0)
            }
        }
    }
}

/// A list of texts as C wants it, closed by a null pointer.
private struct CStrings {
    private var bytes: [CChar] = []
    private var starts: [Int] = []

    init(_ texts: [String]) {
        for text in texts {
            starts.append(bytes.count)
            bytes.append(contentsOf: text.utf8.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
    }

    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var pointers: [UnsafePointer<CChar>?] = unsafe starts.map { start in
                unsafe bytes.baseAddress.map { unsafe $0 + start }
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
