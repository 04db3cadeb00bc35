import HTTP

/// Header fields that every answer carries, as bytes: a plain copy is all they cost it.
struct StandingFields: Sendable {
    private let lines: [(name: String, bytes: [UInt8])]
    private let all: [UInt8]
    /// A bit for each length that a name has: most fields of an answer are told apart by it.
    private let lengths: UInt64

    static let none = StandingFields([:])

    init(_ headers: Headers) {
        lines = headers.fields.map { field in
            precondition(field.isSendable, "a standing field could split answers in two")
            return (field.name, Array("\(field.name): \(field.value)\r\n".utf8))
        }
        all = lines.flatMap(\.bytes)
        lengths = lines.reduce(0) { $0 | 1 << UInt64(min(63, $1.name.utf8.count)) }
    }

    /// Appends those that `headers` do not have themselves.
    func write(to bytes: inout [UInt8], beside headers: Headers) {
        guard headers.fields.contains(where: isMine) else {
            bytes.append(contentsOf: all)
            return
        }
        for line in lines where headers[line.name] == nil {
            bytes.append(contentsOf: line.bytes)
        }
    }

    private func isMine(_ field: Headers.Field) -> Bool {
        lengths & 1 << UInt64(min(63, field.name.utf8.count)) != 0
            && lines.contains { Headers.same($0.name, field.name) }
    }
}
