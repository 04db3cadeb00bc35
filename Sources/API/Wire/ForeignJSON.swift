/// A JSON value that is kept for somebody else: a provider's own options.
indirect enum ForeignJSON: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([ForeignJSON])
    case object([String: ForeignJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard !container.decodeNil() else {
            self = .null
            return
        }
        // Each kind fails to be read as any other; whole numbers are tried before broken ones.
        let plain =
            (try? container.decode(Bool.self)).map(ForeignJSON.bool)
            ?? (try? container.decode(Int64.self)).map(ForeignJSON.integer)
            ?? (try? container.decode(Double.self)).map(ForeignJSON.number)
            ?? (try? container.decode(String.self)).map(ForeignJSON.string)
            ?? (try? container.decode([ForeignJSON].self)).map(ForeignJSON.array)
        self = try plain ?? .object(container.decode([String: ForeignJSON].self))
    }
}
