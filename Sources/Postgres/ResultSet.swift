internal import CPostgres

/// What the server answered to one statement.
@safe final class ResultSet {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        unsafe PQclear(pointer)
    }

    var rows: Int32 { unsafe PQntuples(pointer) }

    var columns: Int32 { unsafe PQnfields(pointer) }

    var status: ExecStatusType { unsafe PQresultStatus(pointer) }

    /// Rows inserted, updated, deleted or selected; 0 for a statement that counts none.
    var affected: Int {
        guard let text = unsafe PQcmdTuples(pointer) else { return 0 }
        return Int(unsafe String(cString: text)) ?? 0
    }

    /// The word that PostgreSQL says it did: `COMMIT`, `INSERT 0 1`.
    var tag: String {
        guard let text = unsafe PQcmdStatus(pointer) else { return "" }
        return unsafe String(cString: text)
    }

    func columnName(_ column: Int32) -> String {
        guard let name = unsafe PQfname(pointer, column) else { return "?" }
        return unsafe String(cString: name)
    }

    /// Whether the error ended the connection, or is libpq's own word that it ended.
    ///
    /// `reading`: in a transaction that only reads by our own wish, where 25006 says nothing new.
    func endsConnection(reading: Bool) -> Bool {
        let severity = field("V")
        return severity == "FATAL" || severity == "PANIC"
            || field("C").map { Self.endingStates.contains($0) && !(reading && $0 == "25006") }
                ?? true
    }

    /// States after which the connection is of no use, though it is open: the server is shutting down
    /// (57P01 to 57P03, 57P05), or takes no writes any more (25006), as a primary that was demoted.
    private static let endingStates: Set<String> = ["57P01", "57P02", "57P03", "57P05", "25006"]

    /// Whether libpq says that the connection ended, and not the server.
    var isSilence: Bool { field("C") == nil }

    /// The error that this result is; `text` is the statement, to show where in it.
    func failure(of text: String) -> DatabaseFailure {
        let state = field("C") ?? ""
        var message = field("M") ?? ""
        if let position = field("P").flatMap({ Int($0) }) {
            // The text holds no values, only `$n`: showing some of it gives nothing away.
            let near = text.unicodeScalars.dropFirst(position - 1).prefix(Self.excerptMax)
            message += " at character \(position): …\(String(String.UnicodeScalarView(near)))"
        }
        if state.hasPrefix("23") {
            let column = "\(field("t") ?? "").\(field("c") ?? "")"
            return .constraint(name: field("n") ?? column, sqlState: state, message: message)
        }
        switch state {
        case "40P01": return .deadlock(message: message)
        case "40001": return .serialization(message: message)
        default: return .failed(sqlState: state, message: message)
        }
    }

    /// Enough of a statement to find the place.
    private static let excerptMax = 40

    /// A field of an error. Source: `PG_DIAG_…` in PostgreSQL's `postgres_ext.h`.
    private func field(_ code: Unicode.Scalar) -> String? {
        guard let text = unsafe PQresultErrorField(pointer, Int32(code.value)) else { return nil }
        return unsafe String(cString: text)
    }
}
