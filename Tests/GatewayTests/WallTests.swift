import DatabaseSupport
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

@testable import Gateway

/// What the database's roles see and do, whatever statement is run under them. Its own catalogue
/// says which tables there are, so one without a wall fails here the day it is made.
@Suite struct WallTests {
    @Test func aReaderSeesTheRowsOfOneAccountWhateverItAsks() async throws {
        try await TwoAccounts.with { walled in
            try #require(walled.tables.count > 10)
            for table in walled.tables {
                let name = table.name
                let advice: Comment = """
                    \(name) belongs to accounts and has no wall: its migration has to say \
                    `select raise_wall('\(name)')`
                    """
                let all = try await walled.owners(of: table, as: .engine)
                #expect(all == TwoAccounts.both, advice)
                for account in TwoAccounts.both {
                    let seen = try await walled.owners(of: table, as: .reader(of: account))
                    #expect(seen == [account], advice)
                }
                #expect(try await walled.owners(of: table, as: .reader) == [], advice)
            }
            print(
                "walls: \(walled.tables.count) tables of accounts, each seen as both, and as nobody"
            )
        }
    }

    @Test func whatAReadNamedIsForgottenWithItsTransaction() async throws {
        try await TwoAccounts.with { walled in
            let key = try #require(walled.tables.first { $0.name == "api_key" })
            for _ in 0..<2 {
                let account = TwoAccounts.both[0]
                #expect(
                    try await walled.owners(of: key, as: .reader(of: account)) == [account])
                #expect(try await walled.owners(of: key, as: .reader) == [])
            }
        }
    }

    @Test func aReaderChangesNothing() async throws {
        try await TwoAccounts.with { walled in
            for table in walled.tables {
                for change in walled.changes(of: table) {
                    let code = await walled.refusal(of: change, as: "atelier_reader")
                    #expect(code == "42501", "\(change.text)")
                }
            }
        }
    }

    /// What belongs to nobody and customers may know.
    private static let open: Set = [
        "data_policy", "disabled_provider", "model", "model_alias", "model_endpoint", "model_name",
        "plan", "price", "seller", "schema_migration",
    ]

    @Test func ofWhatBelongsToNobodyAReaderSeesTheCatalogueAlone() async throws {
        try await TwoAccounts.with { walled in
            let others = try await walled.names(
                """
                select c.relname::text from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
                    and not c.relispartition and c.relname <> 'account'
                    and not exists (select from pg_attribute
                        where attrelid = c.oid and attname = 'account_id')
                order by 1
                """)
            for name in others {
                let code = await walled.refusal(
                    of: "select from \(identifier: name)", as: "atelier_reader")
                #expect(code == (Self.open.contains(name) ? nil : "42501"), "\(name)")
            }
            #expect(Self.open.isSubset(of: others))
        }
    }

    /// What the database writes by itself, and nobody else.
    private static let ownHand = ["audit_head", "audit_link"]

    @Test func theEngineReachesEveryTable() async throws {
        try await TwoAccounts.with { walled in
            let missing = try await walled.names(
                """
                select c.relname::text from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                    and not c.relispartition and c.relname <> 'schema_migration'
                    -- What tells of months that are gone is written by whoever drops them.
                    and c.relname not in ('dropped_month', 'wallet_checkpoint')
                    and not (has_table_privilege('atelier_engine', c.oid, 'select')
                        and (has_table_privilege('atelier_engine', c.oid, 'insert')
                            or c.relname = any(\(Self.ownHand))))
                """)
            #expect(missing == [], "their migration has to say `select raise_wall('…')`")
        }
    }

    @Test func theEngineCannotChangeWhatIsOnlyInserted() async throws {
        try await TwoAccounts.with { walled in
            // The triggers that say the same are gone: the privileges hold by themselves.
            try await walled.owner(
                """
                do $$ declare t record; begin
                    for t in select tgname, tgrelid::regclass as name from pg_trigger
                        where not tgisinternal and tgparentid = 0 loop
                        execute format('drop trigger if exists %I on %s', t.tgname, t.name);
                    end loop;
                end $$
                """)
            for table in walled.tables {
                let mayChange = !["posting", "audit_event", "grant_lot", "lapse"].contains(
                    table.name)
                for change in walled.changes(of: table).dropFirst() {
                    let code = await walled.refusal(of: change, as: "atelier_engine")
                    if !mayChange { #expect(code == "42501", "\(change.text)") }
                }
            }
            for name in Self.ownHand {
                for change: SQL in [
                    "insert into \(identifier: name) default values",
                    "update \(identifier: name) set number = number, hash = hash",
                    "delete from \(identifier: name)",
                ] {
                    #expect(
                        await walled.refusal(of: change, as: "atelier_engine") == "42501",
                        "\(change.text)")
                }
            }
            // What is left of a lot is worked out again and again; what it was given is not.
            #expect(
                await walled.refusal(
                    of: "update grant_lot set spent = spent", as: "atelier_engine") == nil)
            // The owner, by contrast, could.
            let code = await walled.refusal(of: "update posting set amount = amount", as: nil)
            #expect(code == nil)
        }
    }

    @Test func nobodyWhoServesChangesAShape() async throws {
        try await TwoAccounts.with { walled in
            for role in ["atelier_engine", "atelier_reader"] {
                for table in walled.tables {
                    let name = table.name
                    let shapes: [SQL] = [
                        "alter table \(identifier: name) add column more text",
                        "alter table \(identifier: name) disable row level security",
                        "alter table \(identifier: name) disable trigger all",
                        "drop policy engine_crosses_accounts on \(identifier: name)",
                        "drop table \(identifier: name)", "truncate \(identifier: name)",
                    ]
                    for shape in shapes {
                        let code = await walled.refusal(of: shape, as: role)
                        #expect(code == "42501", "\(shape.text)")
                    }
                }
                for shape: SQL in [
                    "create table more (id uuid)", "drop function refuse_change() cascade",
                    "select raise_wall('model')", "create role more",
                    "update schema_migration set number = number",
                ] {
                    #expect(await walled.refusal(of: shape, as: role) == "42501", "\(shape.text)")
                }
            }
        }
    }

    @Test func partitionsAreReachedThroughTheirParentsAlone() async throws {
        try await TwoAccounts.with { walled in
            // A server's own making, years from now.
            #expect(
                await walled.refusal(
                    of: "select make_partitions('2031-01-01')", as: "atelier_engine") == nil)
            #expect(
                await walled.refusal(
                    of: "select make_partitions('2032-01-01')", as: "atelier_reader") == "42501")
            let partitions = try await walled.names(
                "select relname::text from pg_class where relispartition and relkind = 'r'")
            #expect(partitions.contains("posting_2031_01"))
            for name in partitions {
                for role in ["atelier_engine", "atelier_reader"] {
                    let code = await walled.refusal(
                        of: "select from \(identifier: name)", as: role)
                    #expect(code == "42501", "\(name)")
                }
            }
        }
    }
}
