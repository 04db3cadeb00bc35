/// A transaction that is open: the right to run statements until the closure it came to returns.
///
/// It cannot be copied or kept, and the closure cannot wait for anything but the database. Once a
/// statement has failed every further one throws the same error, and nothing will be committed.
public struct Transaction: ~Copyable {
    private let wire: Wire

    /// Swift 6.3's optimizer crashes when it copies this into a specialized function.
    @inline(never)
    init(on wire: Wire) {
        self.wire = wire
    }

    /// Runs `sql` and reads every row that it returns.
    @discardableResult
    public func rows<Row>(
        _ sql: SQL, _ read: (inout RowReader) throws -> Row
    ) throws -> [Row] {
        try wire.result(of: try wire.send(sql)).map(read)
    }

    /// Runs `sql` and reads the first row, if there is one.
    public func first<Row>(
        _ sql: SQL, _ read: (inout RowReader) throws -> Row
    ) throws -> Row? {
        let result = try wire.result(of: try wire.send(sql))
        guard result.rows > 0 else { return nil }
        var reader = RowReader(result, row: 0)
        return try read(&reader)
    }

    /// Runs `sql` and says how many rows it changed or selected.
    @discardableResult
    public func execute(_ sql: SQL) throws -> Int {
        try wire.result(of: try wire.send(sql)).affected
    }

    /// Sends `sql` without waiting, so that several statements share one round trip.
    public func send<Row>(
        _ sql: SQL, _ read: @escaping (inout RowReader) throws -> Row
    ) throws -> Pending<Row> {
        Pending(try wire.send(sql), on: wire, read)
    }

    /// Sends `sql` for its effect. Its error surfaces at the next wait, or at the commit.
    public func send(_ sql: SQL) throws {
        _ = try wire.send(sql)
    }

    /// Runs `script`, trusted text of several statements: a migration.
    func run(script: String) throws {
        try wire.run(script: script)
    }
}
