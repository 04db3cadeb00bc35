import Testing

/// Migrations run while a grown database serves: none may have everybody wait.
@Suite struct MigrationRulesTests {
    /// Of the other kind, and stay so: databases that have been released have applied them.
    private static let released: Set<String> = [
        "0004_jobs.sql", "0007_attempts.sql", "0008_what_operators_decide.sql", "0009_limits.sql",
        "0010_walls.sql", "0011_keys.sql", "0012_grants.sql", "0013_usage.sql",
        "0014_invoices.sql",
    ]

    @Test func noMigrationHoldsUpAGrownDatabase() throws {
        let files = try Repository.files(under: "migrations", ending: ".sql")
            .filter { $0.path != "migrations/schema.sql" }
        try #require(files.count > 10)
        var found: Set<String> = []
        for file in files {
            let faults = MigrationScript(file.lines.joined(separator: "\n")).faults
            if faults.isEmpty { continue }
            let name = String(file.path.dropFirst("migrations/".count))
            found.insert(name)
            if !Self.released.contains(name) { Issue.record("\(name): \(faults)") }
        }
        #expect(found == Self.released, "the list names what has no faults")
    }

    @Test(arguments: [
        "create index on posting (at);",
        "create unique index one on generation (id);",
        "CREATE INDEX one ON ONLY public.wallet (posted);",
        "create index concurrently one on posting (at);",
        "alter table generation add constraint fair check (captured >= 0);",
        "alter table generation add column a int,\n    add constraint fair check (a in (1, 2));",
        "alter table wallet add check (held >= 0);",
        "alter table image add constraint one unique (id);",
        "alter table image add foreign key (account_id) references account (id);",
        "alter table account add column tier text check (tier in ('a', 'b'));",
        "alter table account add column born timestamptz not null default clock_timestamp();",
        "alter table account add column twice int generated always as (tax_ppm * 2) stored;",
        "alter table api_key add column owner uuid references account (id);",
        "alter table api_key add column owner uuid not null;",
        "alter table posting alter column amount type numeric;",
        "alter table posting alter amount set not null;",
        "alter table wallet add constraint a check (held > 0) not valid;\n"
            + "alter table wallet validate constraint a;",
        "update generation set state = 'completed';",
        "delete from webhook_delivery where ended_at is not null;",
        "-- Why.\nreindex table posting;",
        "lock table wallet;",
        "do $$ begin execute 'create index on posting (at)'; end $$;",
        "-- outside a transaction\ncreate index concurrently one on posting (at);",
        "-- outside a transaction\nalter table wallet add column a int;",
    ])
    func whatHoldsOthersUpIsRefused(sql: String) {
        #expect(MigrationScript(sql).faults.count == 1)
    }

    @Test(arguments: [
        "create table fox (id int check (id > 0));\ncreate index on fox (id);\n"
            + "alter table fox add constraint a check (id < 9);\nupdate fox set id = 1;",
        "alter table generation add column report jsonb;",
        "alter table generation add column meters smallint not null default 0;",
        "alter table wallet add constraint a check (held > 0) not valid;",
        "alter table wallet validate constraint a;",
        "alter table image add constraint one unique using index image_one;",
        "alter table posting drop constraint posting_book;",
        "alter table price add constraint a check (amount > 0);",
        "-- outside a transaction\ndrop index concurrently if exists one;\n"
            + "create index concurrently if not exists one on wallet (posted);",
        "create function a() returns int language sql as $$ update generation set n = 1; $$;",
        "-- update generation set n = 1;\nalter role atelier_engine set jit = off;",
    ])
    func whatLetsOthersPassIsFine(sql: String) {
        #expect(MigrationScript(sql).faults == [])
    }
}
