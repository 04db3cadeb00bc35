import FoundationEssentials
import Gateway
import GatewaySupport
import Postgres
import Providers
import Signing
import Testing
import Units

@testable import atelier_admin

@Suite struct AuditCommandTests {
    private struct Event {
        struct Details {
            let before: [String: JSONValue]?
            let after: [String: JSONValue]?
        }
        let id: String
        let actor: String
        let action: String
        let account_id: String?
        let subject: String
        let reason: String?
        let details: Details

        init(_ json: JSONValue) throws {
            id = try #require(json["id"]?.text)
            actor = try #require(json["actor"]?.text)
            action = try #require(json["action"]?.text)
            account_id = json["account_id"]?.text
            subject = try #require(json["subject"]?.text)
            reason = json["reason"]?.text
            details = Details(
                before: Self.members(json["details"]?["before"]),
                after: Self.members(json["details"]?["after"]))
        }

        private static func members(_ value: JSONValue?) -> [String: JSONValue]? {
            guard case .object(let members) = value else { return nil }
            return members
        }

        static func page(_ text: String) throws -> [Event] {
            try #require(JSONValue(json: Array(text.utf8))).items.map(Event.init)
        }
    }

    private func list(_ desk: AdminDesk, _ words: String...) async throws -> [Event] {
        try Event.page(try await desk.run(["audit", "list"] + words).json)
    }

    @Test func aChangeIsToldWithWhoBeforeAfterAndWhy() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let acme = try await gateway.customer()
            _ = try await desk.run(
                "keys", "set", "--account", "\(acme.account)", "--key", "\(acme.key)", "--name",
                "renders", "--month-cap", "2.50", "--reason", "ticket 7")
            let event = try #require(try await list(desk, "--action", "key.changed").first)
            #expect(event.actor == "cli:ann" && event.reason == "ticket 7")
            #expect(event.subject == "\(acme.key)" && event.account_id == "\(acme.account)")
            let (before, after) = (event.details.before, event.details.after)
            #expect(before?.keys.sorted() == ["limits", "name"])
            #expect(before?["name"]?.text == "test" && after?["name"]?.text == "renders")
            let shown = try await desk.run("audit", "show", event.id)
            #expect(shown.text.contains(#""month_cap": 2.5"#), "\(shown.text)")
            // What changes nothing is no event.
            _ = try await desk.run(
                "keys", "set", "--account", "\(acme.account)", "--key", "\(acme.key)", "--name",
                "renders")
            #expect(try await list(desk, "--action", "key.changed").count == 1)
            let hidden = try await gateway.database.read {
                try $0.rows("select details::text from audit_event") { try $0.next(String.self) }
            }
            let random = acme.text.secret.reveal().dropFirst(13).dropLast(4)
            #expect(!hidden.contains { $0.contains(random) })
        }
    }

    @Test func everyChangingCommandSaysWhatWasBeforeAndIsAfter() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(
                gateway: gateway,
                environment: ["ATELIER_KEY_PEPPER": "a pepper for tests only"])
            try await gateway.sync()
            let acme = ["--account", "\(try await gateway.customer().account)"]
            let model = ["flux-1.1-pro", "--provider", "fal"]
            for command in [
                ["accounts", "set"] + acme + ["--credit-limit", "5"],
                ["accounts", "suspend"] + acme, ["accounts", "resume"] + acme,
                ["credits", "grant"] + acme + ["--amount", "1", "--reason", "x"],
                ["webhooks", "rotate-secret"] + acme,
                ["keys", "issue", "--name", "x"] + acme,
                ["models", "disable", "flux-1.1-pro"], ["models", "enable", "flux-1.1-pro"],
                ["models", "endpoint", "disable"] + model,
                ["models", "endpoint", "enable"] + model,
                ["models", "price", "set"] + model
                    + ["--line", "output_image/image=0.05", "--reason", "x"],
                ["providers", "disable", "fal", "--reason", "x"], ["providers", "enable", "fal"],
            ] {
                let result = try await desk.run(command)
                #expect(!result.refused)
                let event = try #require(try await list(desk, "--limit", "1").first)
                let (before, after) = (event.details.before, event.details.after)
                let isNew = event.action == "key.issued"
                #expect(isNew ? before == nil : before != nil, "\(event.action)")
                #expect(after != nil && (isNew || before?.keys == after?.keys), "\(event.action)")
                #expect(isNew || before.map(Self.words) != after.map(Self.words), "\(event.action)")
            }
        }
    }

    private static func words(_ members: [String: JSONValue]) -> String {
        members.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined()
    }

    @Test func theLogIsPagedNewestFirstAndFiltered() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let first = try await gateway.customer()
            gateway.time.pass(.seconds(3600))
            let since = gateway.time.clock.now
            let second = try await gateway.customer()
            let all = try await list(desk)
            #expect(all.map(\.id) == all.map(\.id).sorted().reversed())
            var seen: [String] = []
            while true {
                let after = seen.last.map { ["--before", $0] } ?? []
                let result = try await desk.run(["audit", "list", "--limit", "3"] + after)
                let page = try Event.page(result.json)
                if page.isEmpty { break }
                seen += page.map(\.id)
            }
            #expect(seen == all.map(\.id))
            let theirs = try await list(desk, "--account", "\(first.account)")
            #expect(!theirs.isEmpty && theirs.allSatisfy { $0.account_id == "\(first.account)" })
            let mine = try await list(desk, "--actor", "cli:ann")
            #expect(mine.map(\.id) == all.filter { $0.actor == "cli:ann" }.map(\.id))
            #expect(try await list(desk, "--actor", "nobody").isEmpty)
            let late = try await list(desk, "--since", "\(since)")
            #expect(!late.isEmpty && late.allSatisfy { $0.account_id == "\(second.account)" })
            await #expect(throws: Refusal.self) {
                try await desk.run("audit", "show", "\(first.key)")
            }
        }
    }
}
