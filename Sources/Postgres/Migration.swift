/// One step of the schema: a numbered file of SQL that is applied once and then never changed.
public struct Migration: Hashable, Sendable {
    public let number: Int
    /// What it does, in words joined by underscores.
    public let name: String
    /// One or more statements, without `begin` and `commit`.
    public let sql: String

    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// Reads a name such as `0042_what_it_does.sql`; nil when it is not of that form.
    public init?(fileName: String, sql: String) {
        guard fileName.hasSuffix(".sql"), let end = fileName.firstIndex(of: "_"),
            fileName[..<end].utf8.count == 4, let number = Int(fileName[..<end]), number > 0
        else { return nil }
        let name = fileName[fileName.index(after: end)...].dropLast(4)
        guard !name.isEmpty else { return nil }
        self.init(number: number, name: String(name), sql: sql)
    }

    /// The line that says that a file's statements do not stand in a transaction.
    private static let outsideLine = "-- outside a transaction"

    /// Whether its statements run one by one, for what PostgreSQL refuses in a transaction: `create index
    /// concurrently`. What failed halfway is run again from the start, so each statement can be
    /// repeated (`if not exists`).
    var runsOutside: Bool {
        sql.split(separator: "\n").contains { $0 == Self.outsideLine }
    }

    /// Its statements. Each ends with a line that ends with a semicolon.
    var statements: [String] {
        var statements: [String] = []
        var open: [Substring] = []
        for line in sql.split(separator: "\n") where !line.hasPrefix("--") {
            open.append(line)
            guard line.hasSuffix(";") else { continue }
            statements.append(open.joined(separator: "\n"))
            open = []
        }
        return open.isEmpty ? statements : statements + [open.joined(separator: "\n")]
    }

    /// Number and name as in the file's name: `0042_what_it_does`.
    public var title: String { Self.title(number, name) }

    static func title(_ number: Int, _ name: String) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + "_" + name
    }
}

/// Why the migrations do not fit together, or do not fit the database.
public struct MigrationRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence that names the file.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
