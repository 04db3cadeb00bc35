/// What `schema_migration` says has been applied, oldest first.
struct History {
    struct Row {
        let number: Int
        let name: String
        let checksum: String

        var title: String { Migration.title(number, name) }
    }

    var rows: [Row]

    /// Makes the table if there is none.
    static func prepare(in transaction: borrowing Transaction) throws {
        try transaction.send(
            """
            create table if not exists schema_migration (
                number bigint primary key,
                name text not null,
                checksum text not null,
                applied_at timestamptz not null
            )
            """)
    }

    /// Reads the table; nothing has been applied where there is none.
    init(in transaction: borrowing Transaction) throws {
        let exists = try transaction.first("select to_regclass('schema_migration') is not null") {
            try $0.next(Bool.self)
        }
        guard exists == true else {
            rows = []
            return
        }
        rows = try transaction.rows(
            "select number, name, checksum from schema_migration order by number"
        ) {
            Row(number: try $0.next(), name: try $0.next(), checksum: try $0.next())
        }
    }

    /// The first `count` of them: all that a program with so many migrations can judge.
    func prefix(_ count: Int) -> History {
        var history = self
        history.rows = Array(rows.prefix(count))
        return history
    }

    /// Refuses `migrations` unless they begin with exactly what has been applied.
    func check(_ migrations: [Migration], checksums: [String]) throws(MigrationRefusal) {
        for (index, row) in rows.enumerated() {
            guard row.number == index + 1 else {
                throw MigrationRefusal(
                    "The database has \(row.title) applied, but not the one before it.")
            }
            if index < migrations.count, migrations[index].name == row.name {
                if checksums[index] == row.checksum { continue }
                throw MigrationRefusal(
                    "Migration \(row.title) was changed after it had been applied.")
            }
            if let moved = checksums.firstIndex(of: row.checksum) {
                throw MigrationRefusal(
                    "Migration \(row.title) has been applied under that title, "
                        + "but its file is now \(migrations[moved].title).")
            }
            throw MigrationRefusal(
                "Migration \(row.title) has been applied, but its file is missing.")
        }
    }
}
