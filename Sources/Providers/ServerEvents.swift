/// One event of a stream (`text/event-stream`).
public struct ServerEvent: Hashable, Sendable {
    public var name: String
    public var data: [UInt8]

    public init(name: String, data: [UInt8]) {
        self.name = name
        self.data = data
    }
}

/// Cuts a stream into events, however its bytes are cut.
public struct ServerEventReader: Sendable {
    /// Bytes of one event: a picture of 4K in base64 and more.
    public static let eventMaxBytes = 64 << 20

    private let eventMaxBytes: Int

    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8] = []
    private var hasData = false

    public init(eventMaxBytes: Int = Self.eventMaxBytes) {
        self.eventMaxBytes = eventMaxBytes
    }

    /// The events that `bytes` complete. Nil when one is larger than is taken.
    public mutating func take(_ bytes: some Collection<UInt8>) -> [ServerEvent]? {
        var events: [ServerEvent] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            line += rest[..<(end ?? rest.endIndex)]
            guard line.count + data.count <= eventMaxBytes else { return nil }
            guard let end else { break }
            rest = rest[rest.index(after: end)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                if hasData { events.append(ServerEvent(name: name, data: data)) }
                (name, data, hasData) = ("", [], false)
            } else {
                field()
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func field() {
        let key = line.prefix { $0 != UInt8(ascii: ":") }
        var value = line.dropFirst(key.count + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if key.elementsEqual("event".utf8) {
            name = String(decoding: value, as: UTF8.self)
        } else if key.elementsEqual("data".utf8) {
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        }
    }
}
