internal import CPostgres

/// One row, read column by column from left to right.
public struct RowReader {
    private let result: ResultSet
    private let row: Int32
    private var column: Int32 = 0

    init(_ result: ResultSet, row: Int32) {
        self.result = result
        self.row = row
    }

    /// The next column as a `Value`.
    ///
    /// Throws `DatabaseFailure.failed` with SQLSTATE 42804 when the column is of another type,
    /// 22004 when it is null and may not be, 42703 when there is no further column.
    public mutating func next<Value: Column>(_: Value.Type = Value.self) throws -> Value {
        guard column < result.columns else {
            throw DatabaseFailure.failed(
                sqlState: "42703", message: "the row has only \(column) columns")
        }
        defer { column += 1 }
        let type = unsafe PQftype(result.pointer, column)
        guard Value.reads(type) else {
            throw fault("42804", "is \(type.typeName), expected \(Value.columnType.name)")
        }
        if unsafe PQgetisnull(result.pointer, row, column) == 1 {
            guard let null = Value.null else {
                throw fault("22004", "is null, expected \(Value.columnType.name)")
            }
            return null
        }
        let start = unsafe PQgetvalue(result.pointer, row, column)
        let bytes = unsafe UnsafeRawBufferPointer(
            start: start, count: Int(PQgetlength(result.pointer, row, column)))
        do {
            return try Value(binary: unsafe bytes.bytes)
        } catch {
            throw fault("22P03", "holds \(error.reason)")
        }
    }

    private func fault(_ state: String, _ what: String) -> DatabaseFailure {
        .failed(
            sqlState: state,
            message: "column \(column + 1) (\(result.columnName(column))) \(what)")
    }
}
