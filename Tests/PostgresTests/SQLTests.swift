import DatabaseSupport
import Postgres
import Testing

@Suite struct SQLTests {
    @Test func anInterpolatedValueIsABind() {
        let name = "Robert'); drop table student; --"
        let sql: SQL = "insert into student values (\(name), \(1 as Int64), \(Int64?.none))"
        #expect(sql.text == "insert into student values ($1, $2, $3)")
    }

    @Test func namesAreQuoted() {
        let sql: SQL = "select \(identifier: "a\"b; --") \(raw: "desc")"
        #expect(sql.text == "select \"a\"\"b; --\" desc")
    }

    @Test func appendedBindsAreCountedOn() async throws {
        let part: SQL = "\(3) + \(4) * \("x'$1".utf8.count)"
        var sql: SQL = "select \(1) || ' $1 ' || \("é")::text || (" + part + ")::text"
        sql += " || \(Int?.none)::text is null"
        #expect(
            sql.text
                == "select $1 || ' $1 ' || $2::text || ($3 + $4 * $5)::text || $6::text is null")
        let nested: SQL = "select \(10) - (\(part))"
        #expect(nested.text == "select $1 - ($2 + $3 * $4)")
        try await withDatabase { database in
            let result = try await database.read { transaction in
                try transaction.first(nested) { try $0.next(Int.self) }
            }
            #expect(result == 10 - (3 + 4 * 4))
        }
    }

    @Test func hostileTextStaysText() async throws {
        let hostile = [
            "'; drop table fox; --", "\\'; drop table fox; --", "$1", "\"", "%s", "{1,2}", "\u{1}",
            "' or '1'='1", "\u{202E}", String(repeating: "'", count: 100_000),
        ]
        try await withDatabase { database in
            try await database.transaction { transaction in
                try transaction.send("create table fox (name text)")
                for text in hostile {
                    try transaction.execute("insert into fox values (\(text))")
                    let found = try transaction.execute("select from fox where name = \(text)")
                    #expect(found == 1)
                }
                let names = try transaction.rows("select unnest(\(hostile))") {
                    try $0.next(String.self)
                }
                #expect(names == hostile)
            }
        }
    }

    @Test func hostileNamesStayNames() async throws {
        try await withDatabase { database in
            try await database.transaction { transaction in
                let name = "fox\"; drop table fox; --"
                try transaction.execute("create table \(identifier: name) (n bigint)")
                let found = try transaction.execute(
                    "select from pg_class where relname = \(name)")
                #expect(found == 1)
            }
        }
    }

    @Test func aNULInTextIsRefused() async throws {
        try await withDatabase { database in
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await database.read { try $0.execute("select \("a\0b")") }
            }
            guard case .failed("22021", _)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }
}
