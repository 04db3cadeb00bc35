import Gateway
import GatewaySupport
import HTTP
import Postgres
import Signing
import Testing
import Units

@testable import API

/// Two accounts that have used everything, and every kind of key that one of them may show.
struct Matrix {
    /// Whose key is shown, and what is wrong with it.
    enum Shown: Hashable {
        case nothing, garbled, unknown, revoked, expired, suspended
        case only(Key.Scope)
        /// Of test mode, with every scope.
        case rehearsing
        case everything

        static let all: [Shown] =
            [.nothing, .garbled, .unknown, .revoked, .expired, .suspended]
            + Key.Scope.allCases.map(Shown.only) + [.rehearsing, .everything]

        /// What a route has to answer, whatever it is asked; nil when that depends on the question.
        func refusal(by route: Route) -> Int? {
            guard let scope = route.scope else { return nil }
            switch self {
            case .nothing, .garbled, .unknown, .revoked, .expired: return 401
            case .suspended: return 403
            case .only(let own): return own == scope ? nil : 403
            // Webhooks tell of live work: a test key only looks at them.
            case .rehearsing:
                return scope == .adminKeys && route.path.hasPrefix("/v1/webhooks") ? 403 : nil
            case .everything: return nil
            }
        }

        /// Whether a route answers this key's questions; what needs none is asked without and with one.
        func isGood(for route: Route) -> Bool {
            guard route.scope != nil else { return [.nothing, .everything].contains(self) }
            return refusal(by: route) == nil
        }
    }

    let caller: Caller
    let keys: [Shown: String]
    let ours: Owner
    let theirs: Owner
    /// Of an account that is suspended.
    let suspended: ID<Account>

    /// An account and all ids that lie in its rows, by table and column.
    struct Owner {
        let account: ID<Account>
        let ids: [String: [String]]
        /// What all of them begin with, which is sooner looked for.
        let beginnings: Set<Substring>

        init(account: ID<Account>, ids: [String: [String]]) {
            self.account = account
            self.ids = ids
            beginnings = Set(ids.values.joined().map { $0.prefix(8) })
        }

        /// One of each kind, for paths and queries.
        var samples: [(kind: String, id: String)] {
            ids.sorted { $0.key < $1.key }.compactMap { kind, ids in ids.last.map { (kind, $0) } }
        }
    }

    /// Words that stand in the other account's rows and nowhere else.
    static let theirWords = ["Zebra", "zebra"]
    static let theirKey = "zebra-1"
    static let theirBody =
        #"{"model":"test/paid","prompt":"a zebra in the dark","size":"16x16"}"#

    static func with(_ body: (Matrix) async throws -> Void) async throws {
        try await Caller.with(failedKeysPerMinute: 1_000_000, readsPerMinute: 1_000_000) { caller in
            let gateway = caller.gateway
            let (acme, zebra) = (
                try await gateway.customer(credits: "5.00", scopes: Set(Key.Scope.allCases)),
                try await gateway.customer(credits: "5.00", scopes: Set(Key.Scope.allCases))
            )
            let lent = try await gateway.customer(credits: "5.00")
            try await gateway.sql(
                """
                update account set name = 'Zebra Unlimited', email = 'z@zebra.example'
                where id = \(zebra.account)
                """)
            try await gateway.sql(
                "update api_key set name = 'zebra key' where account_id = \(zebra.account)")
            let keys = try await keys(of: acme, suspended: lent, gateway)
            try await use(caller, as: acme, name: "acme", key: "acme-1")
            try await use(caller, as: zebra, name: "zebra", key: theirKey)
            try await bill([(acme, "Acme"), (zebra, "Zebra")], gateway)
            try await body(
                Matrix(
                    caller: caller, keys: keys, ours: try await owner(acme.account, gateway),
                    theirs: try await owner(zebra.account, gateway), suspended: lent.account))
        }
    }

    /// Gives each a statement of a month in which nothing happened.
    private static func bill(
        _ customers: [(Customer, String)], _ gateway: TestGateway
    ) async throws {
        for (index, (customer, name)) in customers.enumerated() {
            let id = ID<Invoice>(at: gateway.time.clock.now)
            try await gateway.sql(
                """
                insert into invoice (account_id, id, month, kind, state, seller, buyer, tax_category,
                    tax_ppm, exact, net_cents, tax_cents, created_at)
                values (\(customer.account), \(id), '2026-10-01', 'statement', 'draft', '{}',
                    \(JSONText(#"{"name":"\#(name)"}"#)), 'Z', 0, 0, 0, 0, \(Day.today))
                """)
            try await gateway.sql(
                """
                update invoice set state = 'finalized', year = 2026, sequence = \(index + 1),
                    number = '2026-00000' || \(index + 1)::text, finalized_at = \(Day.today)
                where id = \(id)
                """)
        }
        try await gateway.sql(
            "insert into invoice_number (year, next) values (2026, \(customers.count + 1))")
    }

    private static func keys(
        of acme: Customer, suspended: Customer, _ gateway: TestGateway
    ) async throws -> [Shown: String] {
        let (actor, pepper) = (gateway.actor, try #require(TestGateway.pepper))
        func issue(
            _ scopes: Set<Key.Scope>, mode: Mode = .live, expiresAt: Timestamp? = nil,
            isRevoked: Bool = false
        ) async throws -> String {
            var random = SecureRandom()
            let text = KeyText(mode: mode, using: &random)
            let terms = Key.Terms(
                account: acme.account, name: "acme key", mode: mode, scopes: scopes,
                expiresAt: expiresAt)
            try await gateway.database.transaction { transaction in
                let key = try Key.issue(
                    text, under: terms, pepper: pepper, by: actor, in: transaction)
                if isRevoked {
                    _ = try Key.revoke(key.id, of: acme.account, by: actor, in: transaction)
                }
            }
            return text.secret.reveal()
        }
        let all = Set(Key.Scope.allCases)
        var random = SecureRandom()
        var keys: [Shown: String] = [
            .garbled: "atl_live_garbled",
            .unknown: KeyText(mode: .live, using: &random).secret.reveal(),
            .revoked: try await issue(all, isRevoked: true),
            .expired: try await issue(all, expiresAt: actor.now + .seconds(4)),
            .suspended: suspended.text.secret.reveal(),
            .rehearsing: try await issue(all, mode: .test),
            .everything: acme.text.secret.reveal(),
        ]
        for scope in Key.Scope.allCases { keys[.only(scope)] = try await issue([scope]) }
        _ = try await gateway.database.transaction {
            try Account.setSuspended(true, suspended.account, by: actor, in: $0)
        }
        try await gateway.live(for: 8)
        return keys
    }

    /// Leaves a trace in every table that a customer's calls write to.
    private static func use(
        _ caller: Caller, as customer: Customer, name: String, key: String
    ) async throws {
        func post(_ path: String, _ json: String, headers: Headers = [:]) async throws {
            let reply = try await caller.post(path, json, as: customer, headers: headers)
            #expect((200...299).contains(reply.status), "\(path): \(reply.text)")
        }
        let job =
            #""model":"test/paid","size":"512x512","webhook_url":"https://\#(name).example/own""#
        func queue() async throws {
            try await post("/v1/image/generate/async", #"{"prompt":"a \#(name)",\#(job)}"#)
            try await post("/v1/image/batch", #"{"prompts":["\#(name) a","\#(name) b"],\#(job)}"#)
        }
        try await post(
            "/v1/webhooks",
            #"{"url":"https://\#(name).example/hook","events":["generation.completed"]}"#)
        try await post("/v1/webhooks/secret/rotate", "{}")
        let body = name == "zebra" ? theirBody : theirBody.replacing("zebra", with: "fox")
        try await post("/v1/images/generations", body, headers: ["Idempotency-Key": key])
        try await queue()
        let worker = Worker(engine: caller.gateway.engine, slots: 64)
        while try await worker.takeOnce() > 0 || worker.running > 0 { await Task.yield() }
        // And what waits still, for those who would cancel it.
        try await queue()
    }

    private static func owner(_ account: ID<Account>, _ gateway: TestGateway) async throws -> Owner
    {
        var ids: [String: [String]] = [:]
        for (table, column) in try await columns(ofType: "uuid", gateway) {
            // A server is everybody's; zeros are nobody.
            if column == "server_id" { continue }
            ids["\(table).\(column)"] = try await gateway.database.read { transaction in
                try transaction.rows(
                    """
                    select distinct \(identifier: column)::text from \(identifier: table)
                    where account_id = \(account) and \(identifier: column) is not null
                        and \(identifier: column) <> '00000000-0000-0000-0000-000000000000'
                    order by 1
                    """
                ) { try $0.next() }
            }
        }
        return Owner(account: account, ids: ids.filter { !$0.value.isEmpty })
    }

    /// Columns of tables that belong to accounts.
    private static func columns(
        ofType type: String, _ gateway: TestGateway
    ) async throws -> [(table: String, column: String)] {
        try await gateway.database.read { transaction in
            try transaction.rows(
                """
                select c.relname::text, a.attname::text
                from pg_class c join pg_attribute a on a.attrelid = c.oid
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                    and not c.relispartition and format_type(a.atttypid, null) = \(type)
                    and exists (select from pg_attribute o
                        where o.attrelid = c.oid and o.attname = 'account_id')
                order by 1, 2
                """
            ) { (try $0.next(), try $0.next()) }
        }
    }

    /// All that these accounts have, as one text; a key's own row says when it was used last, and a
    /// meter that it was.
    func possessions(of accounts: [ID<Account>]) async throws -> [String: String] {
        var all: [String: String] = [:]
        for (table, column) in try await Self.columns(ofType: "uuid", caller.gateway)
        where column == "account_id" && !["api_key", "meter"].contains(table) {
            all[table] = try await caller.gateway.database.read { transaction in
                try transaction.first(
                    """
                    select coalesce(string_agg(t::text, E'\\n' order by t::text), '')
                    from \(identifier: table) t where account_id = any(\(accounts))
                    """
                ) { try $0.next(String.self) } ?? ""
            }
        }
        return all
    }
}
