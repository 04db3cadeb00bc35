/// What became of one statement that was sent: nothing yet, its result, or its error.
final class Reply {
    enum State {
        case awaited
        case came(ResultSet)
        case failed(DatabaseFailure)
    }

    /// The statement, to show where in it an error is.
    let text: String
    var state = State.awaited

    init(to text: String) {
        self.text = text
    }

    var isAwaited: Bool {
        if case .awaited = state { true } else { false }
    }
}

/// The rows of a statement that was sent with others and is not waited for yet.
public struct Pending<Row> {
    private let reply: Reply
    private let wire: Wire
    private let read: (inout RowReader) throws -> Row

    init(_ reply: Reply, on wire: Wire, _ read: @escaping (inout RowReader) throws -> Row) {
        self.reply = reply
        self.wire = wire
        self.read = read
    }

    /// Its rows; what has been sent before it is waited for, what comes after it is not.
    ///
    /// Throws the first error of the transaction. To be asked inside the transaction only.
    public func rows() throws -> [Row] {
        try wire.result(of: reply).map(read)
    }
}

extension ResultSet {
    /// Every row as `read` reads it.
    func map<Row>(_ read: (inout RowReader) throws -> Row) throws -> [Row] {
        let count = rows
        var all: [Row] = []
        all.reserveCapacity(Int(count))
        for row in 0..<count {
            var reader = RowReader(self, row: row)
            all.append(try read(&reader))
        }
        return all
    }
}
