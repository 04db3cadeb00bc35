import DatabaseSupport
import Postgres
import Testing
import Units

@Suite struct ValueTests {
    enum Colour: String, Bindable, Column { case red, green }

    /// Sends `value` to the server and back.
    private func echo<Value: Bindable & Column>(
        _ value: Value, in transaction: borrowing Transaction
    ) throws -> Value? {
        try transaction.first("select \(value)") { try $0.next() }
    }

    private func expectEcho<Value: Bindable & Column & Equatable>(
        of value: Value, in transaction: borrowing Transaction, _ sourceLocation: SourceLocation
    ) throws {
        let back = try echo(value, in: transaction)
        #expect(back == value, sourceLocation: sourceLocation)
    }

    private func returns<Value: Bindable & Column & Equatable>(
        _ values: [Value], of type: String, in transaction: borrowing Transaction,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for value in values {
            try expectEcho(of: value, in: transaction, sourceLocation)
            let optional = Value?.some(value)
            try expectEcho(of: optional, in: transaction, sourceLocation)
        }
        let null = try transaction.first("select \(Value?.none)") { try $0.next(Value?.self) }
        #expect(null == .some(nil), sourceLocation: sourceLocation)
        // As PostgreSQL itself sees it: of that type, with as many elements.
        let seen: SQL = "select pg_typeof(\(values))::text, cardinality(\(values))"
        try transaction.rows(seen) { row in
            let typeSeen = try row.next(String.self)
            #expect(typeSeen == type, sourceLocation: sourceLocation)
            let count = try row.next(Int32.self)
            #expect(count == Int32(values.count), sourceLocation: sourceLocation)
        }
        try expectEcho(of: values, in: transaction, sourceLocation)
        try expectEcho(of: [Value](), in: transaction, sourceLocation)
        let holes = values.map { Value?.some($0) } + [nil]
        try expectEcho(of: holes, in: transaction, sourceLocation)
    }

    @Test func everyTypeComesBackAsItWent() async throws {
        try await withDatabase { database in
            try await database.transaction { transaction in
                try returns([0, 1, -1, .min, .max] as [Int64], of: "bigint[]", in: transaction)
                try returns([0, -1, .min, .max] as [Int], of: "bigint[]", in: transaction)
                try returns([0, -1, .min, .max] as [Int32], of: "integer[]", in: transaction)
                try returns([true, false], of: "boolean[]", in: transaction)
                try returns(
                    ["", "fox", "'; drop table fox; --", "ü🦊\"\\{},NULL", "null"],
                    of: "text[]", in: transaction)
                try returns([[], [0, 255], [UInt8]("$1".utf8)], of: "bytea[]", in: transaction)
                try returns(
                    [Credits.zero, Credits(nanodollars: .min)], of: "bigint[]", in: transaction)
                try returns(
                    [ID<Colour>(high: 0, low: 0), ID(high: .max, low: 1)], of: "uuid[]",
                    in: transaction)
                try returns([Duration.zero, .microseconds(-7)], of: "bigint[]", in: transaction)
                try returns([Colour.red, .green], of: "text[]", in: transaction)
                try returns([JSONText("{\"a\": [1, null]}")], of: "jsonb[]", in: transaction)
                let instants = [
                    Timestamp(microseconds: -1), Timestamp(microseconds: 0),
                    Timestamp(microseconds: .max),
                    Timestamp(iso8601: "0001-01-01T00:00:00Z") ?? .init(seconds: 0),
                    Timestamp(iso8601: "9999-12-31T23:59:59.999999Z") ?? .init(seconds: 0),
                ]
                try returns(instants, of: "timestamp with time zone[]", in: transaction)
                let days = ["0001-01-01", "1970-01-01", "2000-02-29", "9999-12-31"]
                try returns(days.compactMap { CivilDate($0) }, of: "date[]", in: transaction)
            }
        }
    }

    @Test func valuesMeanTheSameToPostgres() async throws {
        try await withDatabase { database in
            try await database.read { transaction in
                let instant = Timestamp(microseconds: 1_000_000_000_123_456)
                let id = ID<Colour>(high: 0x0123_4567_89AB_CDEF, low: 0x8000_0000_0000_0001)
                let seen = try transaction.first(
                    """
                    select (\(instant) at time zone 'UTC')::text, \(id)::text,
                        \(CivilDate(instant))::text, \([UInt8]([1, 255]))::text,
                        \(Int32(-5))::text, \(["a", nil, "b"] as [String?])::text
                    """
                ) { row in
                    var all: [String] = []
                    for _ in 0..<6 { all.append(try row.next()) }
                    return all
                }
                #expect(
                    seen == [
                        "2001-09-09 01:46:40.123456", "01234567-89ab-cdef-8000-000000000001",
                        "2001-09-09", "\\x01ff", "-5", "{a,NULL,b}",
                    ])
            }
        }
    }

    @Test func otherTextTypesAndDoublesAreRead() async throws {
        try await withDatabase { database in
            try await database.read { transaction in
                try transaction.rows(
                    """
                    select 'a'::varchar(3), 'b'::name, '{"c":1}'::json, 0.1::float8,
                        array['d']::varchar[], 2.5::float8
                    """
                ) { row in
                    let texts = (try row.next(String.self), try row.next(String.self))
                    #expect(texts == ("a", "b"))
                    let json: JSONText = try row.next()
                    #expect(json == JSONText("{\"c\":1}"))
                    let double: Double = try row.next()
                    #expect(double == 0.1)
                    let list: [String] = try row.next()
                    #expect(list == ["d"])
                    let optional: Double? = try row.next()
                    #expect(optional == 2.5)
                }
            }
        }
    }

    private func fault<Value: Column>(
        _ sql: SQL, as type: Value.Type, in database: Database
    ) async throws -> DatabaseFailure? {
        try await database.read { transaction in
            do {
                _ = try transaction.first(sql) { try $0.next(type) }
                return nil
            } catch let failure as DatabaseFailure {
                return failure
            }
        }
    }

    @Test func aColumnOfAnotherTypeIsNamed() async throws {
        try await withDatabase { database in
            func check<Value: Column>(
                _ sql: SQL, as type: Value.Type, _ state: String, _ message: String
            ) async throws {
                let failure = try await fault(sql, as: type, in: database)
                #expect(failure == .failed(sqlState: state, message: message))
            }
            try await check(
                "select 1 as amount", as: Int64.self, "42804",
                "column 1 (amount) is integer, expected bigint")
            try await check(
                "select sum(1::bigint) as total", as: Credits.self, "42804",
                "column 1 (total) is numeric, expected bigint")
            try await check(
                "select null::text as name", as: String.self, "22004",
                "column 1 (name) is null, expected text")
            try await check(
                "select array[1::bigint, null] as ids", as: [Int64].self, "22P03",
                "column 1 (ids) holds a null in the array")
            try await check(
                "select array[[1::bigint], [2]] as grid", as: [Int64].self, "22P03",
                "column 1 (grid) holds an array of 2 dimensions, one is expected")
            try await check(
                "select 'infinity'::timestamptz as until", as: Timestamp.self, "22P03",
                "column 1 (until) holds an infinite instant")
            try await check(
                "select '-infinity'::date as day", as: CivilDate.self, "22P03",
                "column 1 (day) holds an infinite date")
            try await check(
                "select 'blue' as colour", as: Colour.self, "22P03",
                "column 1 (colour) holds a value that is no Colour")
            try await check(
                "select array['\\x00'::bytea] as many", as: [UInt8].self, "42804",
                "column 1 (many) is bytea[], expected bytea")
        }
    }

    @Test func instantsOutOfRangeAreRefusedNotBent() async throws {
        try await withDatabase { database in
            for instant in [Int64.min, .min + 1].map(Timestamp.init(microseconds:)) {
                await #expect(throws: DatabaseFailure.self) {
                    try await database.read { try $0.execute("select \(instant)") }
                }
            }
        }
    }
}
