internal import HTTP

/// The head of an answer, as libcurl hands it over: line by line, interim answers and trailers too.
struct ResponseHead {
    /// Of all heads and trailers of one answer, so that interim answers cannot go on for ever.
    private static let bytesMax = 64 * 1024
    private static let fieldsMax = 100

    private(set) var headers = Headers()
    private var bytes = 0
    /// Whether its last line, the empty one, has come.
    private(set) var isComplete = false

    /// Adds a line with its end; false when it is too much.
    mutating func add(_ line: some Collection<UInt8>) -> Bool {
        bytes += line.count
        guard bytes <= Self.bytesMax else { return false }
        let line = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        if line.starts(with: "HTTP/".utf8) {
            // What came before was an interim answer.
            headers = Headers()
            isComplete = false
        } else if line.isEmpty {
            isComplete = true
        } else if !isComplete {
            return addField(line)
        }
        return true
    }

    private mutating func addField(_ line: some Collection<UInt8>) -> Bool {
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        // Without a colon it is no field; folded ones are forbidden since RFC 7230. Neither is
        // worth an answer that was paid for.
        guard name.count < line.count, let first = name.first, !first.isBlank else { return true }
        guard headers.fields.count < Self.fieldsMax else { return false }
        let value = line.dropFirst(name.count + 1).drop(while: \.isBlank)
        let end = value.count - value.reversed().prefix(while: \.isBlank).count
        headers.add(
            String(decoding: name, as: UTF8.self),
            String(decoding: value.prefix(end), as: UTF8.self))
        return true
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
}
