import DatabaseSupport
import GatewaySupport
import Postgres
import Testing
import Units

@testable import Gateway

/// A database in which two accounts have one row each in every table of accounts.
struct TwoAccounts {
    /// A table, and the column that says whose a row is.
    struct Table: Sendable {
        let name: String
        let column: String
    }

    /// As `fill` writes them.
    static let both = [ID<Account>(high: 0, low: 0xA), ID<Account>(high: 0, low: 0xB)]

    let tables: [Table]
    private let database: Database

    static func with(_ body: (TwoAccounts) async throws -> Void) async throws {
        try await withDatabase(template: filled) { database in
            let tables = try await database.read { transaction in
                try transaction.rows(
                    """
                    select c.relname::text, a.attname::text
                    from pg_class c join pg_attribute a on a.attrelid = c.oid
                        and a.attname = case c.relname when 'account' then 'id' else 'account_id' end
                    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                        and not c.relispartition
                    order by 1
                    """
                ) { Table(name: try $0.next(), column: try $0.next()) }
            }
            try await body(TwoAccounts(tables: tables, database: database))
        }
    }

    /// Made once, without regard to what a row means: a table that is added tomorrow is filled too.
    private static let filled = Template("walls") { database in
        try await prepareMigrated(database)
        try await database.transaction { transaction in
            try transaction.send("set local session_replication_role = replica")
            try transaction.send(loosen)
            try transaction.send(fill)
        }
    }

    /// Only keys are left of what rows must be.
    private static let loosen: SQL = """
        do $$ declare found record; begin
            for found in select conname, conrelid::regclass as name from pg_constraint
                where contype = 'c' and conparentid = 0 and coninhcount = 0
                    and connamespace = 'public'::regnamespace loop
                execute format('alter table %s drop constraint %I', found.name, found.conname);
            end loop;
            for found in select a.attname, c.oid::regclass as name
                from pg_class c join pg_attribute a on a.attrelid = c.oid
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                    and not c.relispartition and a.attnum > 0 and not a.attisdropped and a.attnotnull
                    and not exists (select from pg_index i where i.indrelid = c.oid
                        and i.indisprimary and a.attnum = any(i.indkey)) loop
                execute format('alter table %s alter %I drop not null', found.name, found.attname);
            end loop;
        end $$
        """

    /// One row for each account: its key, of values that fit, and nothing else.
    private static let fill: SQL = """
        do $$ declare
            found record;
            letter text;
        begin
            foreach letter in array array['a', 'b'] loop
                for found in
                    select c.oid::regclass as name, o.attname as owner,
                        coalesce(string_agg(format(', %I', a.attname), '' order by a.attnum)
                            filter (where a.attnum is not null), '') as columns,
                        coalesce(string_agg(format(', %L', case
                            when a.atttypid = 'uuid'::regtype then '01a1fdfa-4600-7000-8000-00000000000' || letter
                            when a.atttypid in ('date'::regtype, 'timestamptz'::regtype) then '2026-11-21'
                            when a.atttypid = 'bytea'::regtype then '\\x0' || letter
                            else '1' end), '' order by a.attnum)
                            filter (where a.attnum is not null), '') as values
                    from pg_class c
                        join pg_attribute o on o.attrelid = c.oid
                            and o.attname = case c.relname when 'account' then 'id' else 'account_id' end
                        left join (pg_index i join pg_attribute a
                            on a.attrelid = i.indrelid and a.attnum = any(i.indkey))
                            on i.indrelid = c.oid and i.indisprimary and a.attname <> o.attname
                    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                        and not c.relispartition
                    group by c.oid, o.attname
                loop
                    execute format('insert into %s (%I%s) values (%L%s)', found.name, found.owner,
                        found.columns, '00000000-0000-0000-0000-00000000000' || letter, found.values);
                end loop;
            end loop;
        end $$
        """

    /// Whose rows a statement without any condition shows under `role`; nil when it is refused.
    func owners(of table: Table, as role: Role) async throws -> [ID<Account>]? {
        do {
            return try await database.read(as: role) { transaction in
                try transaction.rows(
                    """
                    select distinct \(identifier: table.column) from \(identifier: table.name)
                    order by 1
                    """
                ) { try $0.next() }
            }
        } catch DatabaseFailure.failed("42501", _) {
            return nil
        }
    }

    /// Everything that is done to rows, inserting first.
    func changes(of table: Table) -> [SQL] {
        let (name, column) = (table.name, table.column)
        return [
            "insert into \(identifier: name) default values",
            "update \(identifier: name) set \(identifier: column) = \(identifier: column)",
            "delete from \(identifier: name)",
            "truncate \(identifier: name)",
        ]
    }

    /// The SQLSTATE that a statement is refused with under `role`; nil when it is carried out.
    func refusal(of statement: SQL, as role: String?) async -> String? {
        do {
            try await database.transaction { transaction in
                if let role { try transaction.send("set local role \(identifier: role)") }
                try transaction.send(statement)
            }
            return nil
        } catch DatabaseFailure.failed(let state, _) {
            return state
        } catch DatabaseFailure.constraint(_, let state, _) {
            return state
        } catch {
            return "\(error)"
        }
    }

    /// Runs a statement as the tables' owner.
    func owner(_ statement: SQL) async throws {
        try await database.transaction { try $0.send(statement) }
    }

    func names(_ statement: SQL) async throws -> [String] {
        try await database.read { try $0.rows(statement) { try $0.next() } }
    }
}
