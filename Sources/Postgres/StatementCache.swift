/// Which statements the server has prepared on one connection, by text and types.
///
/// A new one is only believed once the server has said so: an error before it in the same
/// pipeline makes the server skip it.
struct StatementCache {
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    enum Choice {
        /// Prepared, or about to be by what was sent before.
        case known(name: String)
        /// To be prepared under this name.
        case new(name: String)
        /// The cache is full: to be sent with its text.
        case none
    }

    /// A statement takes the server some kilobytes a connection. A program has a few hundred
    /// texts; only texts made up at run time could come to more.
    static let statementsMax = 500

    private var names: [Key: String] = [:]
    /// Never reused on a connection, so a name cannot mean two statements.
    private var made = 0

    var isFull: Bool { names.count >= Self.statementsMax }

    mutating func choose(_ key: Key) -> Choice {
        if let name = names[key] { return .known(name: name) }
        if isFull { return .none }
        made += 1
        let name = "s\(made)"
        names[key] = name
        return .new(name: name)
    }

    mutating func forget(_ key: Key) { names[key] = nil }

    mutating func forgetAll() { names.removeAll() }
}
