import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Signing
import Testing
import Units

@testable import API

/// What the reference keeps, walked over the table of routes.
@Suite struct ReferenceTests {
    private let entries = Reference.chapters.flatMap(Reference.entries)

    @Test func everyRouteIsToldOnceAndNothingElseIs() throws {
        let told = entries.map(\.route.name)
        #expect(told.sorted() == Route.all.map(\.name).sorted())
        let paths = try Document.served().paths
        let documented = paths.flatMap { path, operations in
            operations.keys.map { "\($0.uppercased()) \(path)" }
        }
        #expect(documented.sorted() == Route.all.map { "\($0.method) \($0.template)" }.sorted())
    }

    @Test func everyOperationHasANameOfItsOwnAndSaysWhatItIs() {
        #expect(Set(entries.map(\.operation.id)).count == entries.count)
        for entry in entries {
            #expect(!entry.operation.summary.isEmpty && !entry.operation.answers.isEmpty)
        }
    }

    /// A customer looks for a refund where money and caps are told.
    @Test(arguments: ["GET /v1/usage", "GET /v1/credits", "GET /api/v1/credits"])
    func whatARefundLeavesAsItWasIsToldWhereItIsLookedFor(route: String) throws {
        let entry = try #require(entries.first { $0.route.name == route })
        #expect(entry.operation.details.contains(Reference.refunds))
    }

    @Test func everyNameInAPathIsAParameter() {
        for entry in entries {
            let names = entry.route.template.split(separator: "/").filter { $0.hasPrefix("{") }
                .map { String($0.dropFirst().dropLast()) }
            let told = entry.operation.parameters.filter { $0.place == .path }.map(\.name)
            #expect(told == names, "\(entry.route.name)")
        }
    }

    @Test func aKeyIsAskedForWhereTheRouteNeedsOne() throws {
        let paths = try Document.served().paths
        for route in Route.all {
            let operation = try #require(paths[route.template]?[route.method.lowercased()])
            let schemes = operation.security.flatMap(\.keys).sorted()
            let mayShowOne = route.path.hasPrefix("/v1/models")
            #expect(
                schemes
                    == (route.scope == nil ? mayShowOne ? ["bearer"] : [] : ["apiKey", "bearer"]))
            #expect(operation.scope == route.scope?.rawValue)
            #expect((operation.responses["401"] != nil) || route.scope == nil)
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        #expect(Set(Shape.components.map(\.name)).count == Shape.components.count)
        let names = Set(try Document.served().components.schemas.keys)
        let text = OpenAPIDocument.json.text
        let pieces = text.split(separator: "#/components/schemas/").dropFirst()
        #expect(!pieces.isEmpty)
        for piece in pieces { #expect(names.contains(String(piece.prefix { $0 != "\"" }))) }
        let operations = Set(entries.map(\.operation.id))
        for link in entries.flatMap(\.operation.answers).flatMap(\.links) {
            #expect(operations.contains(link.operation), "\(link.operation)")
        }
    }

    @Test func everyEventThatIsSentIsDescribed() throws {
        let events = try Document.served().webhooks.keys
        #expect(events.sorted() == WebhookEvent.Name.allCases.map(\.rawValue).sorted())
    }

    /// An object within another one has a name: generated clients make a type of each.
    @Test func noObjectIsDescribedWithinAnother() {
        for (name, json) in SchemaBook(Shape.components).schemas {
            #expect(json.text.split(separator: "\"properties\":").count <= 2, "\(name)")
        }
    }

    /// Whatever a route says no with, its reader was told of.
    @Test func aRefusalHasAStatusThatIsTold() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: Set(Key.Scope.allCases))
            let nobody = try await caller.gateway.customer(scopes: [])
            for entry in entries {
                let path = entry.route.path.replacing("...", with: "")
                let told = entry.statuses
                for customer in [acme, nobody, nil] {
                    for body in ["", "{", "[]", "{}", #"{"model":"no/such","prompt":"x"}"#] {
                        for query in ["", "?limit=x&wait=x&cursor=x&type=x"] {
                            let reply = try await caller.send(
                                entry.route.method, path + query, customer, body)
                            #expect(
                                told.contains(reply.status),
                                "\(entry.route.name) \(reply.status) \(reply.text)")
                        }
                    }
                }
            }
        }
    }

    @Test func thePageTellsOfEveryRouteAndNeedsNothingElse() async throws {
        try await Caller.with { caller in
            let page = try await caller.get("/docs")
            #expect(page.status == 200)
            #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
            for route in Route.all { #expect(page.text.contains("<code>\(route.template)</code>")) }
            for outside in ["<script", "src=", "@import", "<link", "url("] {
                #expect(!page.text.contains(outside), "\(outside)")
            }
            #expect(page.text.contains("prefers-color-scheme:dark"))
        }
    }

    @Test func whoHasItAlreadyIsToldSo() async throws {
        try await Caller.with { caller in
            for target in ["/openapi.json", "/docs"] {
                let first = try await caller.get(target)
                let tag = try #require(first.headers["ETag"])
                #expect(first.headers["Cache-Control"]?.contains("max-age") == true)
                let again = try await caller.send("GET", target, ["If-None-Match": tag])
                #expect(again.status == 304 && again.body.isEmpty)
                #expect(again.headers["ETag"] == tag)
                // The text has no date: a caller's clock must not keep an old one alive.
                let dated = try await caller.send(
                    "GET", target, ["If-Modified-Since": "Sat, 21 Nov 2026 03:54:00 GMT"])
                #expect(dated.status == 200)
            }
            #expect(OpenAPIDocument.json.bytes == OpenAPIDocument.bytes, "the text is stable")
        }
    }

    @Test func textOfAPageIsNeverMarkup() {
        let page: HTML = "<p>\("<b>&\"'")</p>"
        #expect(page.text == "<p>&lt;b&gt;&amp;&quot;&#39;</p>")
        #expect(HTML.prose("a `<b>` c").text == "a <code>&lt;b&gt;</code> c")
    }
}

extension Reference.Entry {
    fileprivate var statuses: Set<Int> {
        Set(operation.answers.map(\.status.rawValue))
            .union(operation.refusalsByStatus(of: route).map(\.status.rawValue))
    }
}

extension Caller {
    fileprivate func send(
        _ method: String, _ target: String, _ customer: Customer?, _ body: String
    ) async throws -> Answer {
        var headers: Headers = ["Content-Type": "application/json"]
        if let customer { headers["X-API-Key"] = customer.text.secret.reveal() }
        return try await send(method, target, headers, body: Array(body.utf8))
    }
}

/// The document as a program reads it.
private struct Document: Decodable {
    struct Operation: Decodable {
        let security: [[String: [String]]]
        let scope: String?
        let responses: [String: Anything]

        enum CodingKeys: String, CodingKey {
            case security, responses
            case scope = "x-scope"
        }
    }

    struct Anything: Decodable {}

    struct Components: Decodable {
        let schemas: [String: Anything]
    }

    let paths: [String: [String: Operation]]
    let webhooks: [String: Anything]
    let components: Components

    static func served() throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(OpenAPIDocument.bytes))
    }
}
