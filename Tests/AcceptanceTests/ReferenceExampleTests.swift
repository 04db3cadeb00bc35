import DatabaseSupport
import FoundationEssentials
import Testing

/// The examples of `/docs`, pasted into a shell.
@Suite struct ReferenceExampleTests {
    @Test func everyExampleRunsWhenItIsPasted() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.rehearsingCustomer()
            let server = try await deployment.serve()
            let page = try #require(try await server.ask("GET", "/docs"))
            // What is deleted last can be asked for first.
            let examples = Self.examples(in: page.text)
            let last = examples.filter { $0.contains("-X DELETE") }
            #expect(examples.count > 40 && last.count > 2)
            let shell = try await Shell(
                server, key: acme.adminKey,
                live: try await deployment.key(of: acme, scope: "read,admin:keys"),
                invoice: try await deployment.invoice(of: acme))
            for example in examples.filter({ !last.contains($0) }) + last {
                let (code, output) = try await shell.paste(example)
                // A job that has ended can no longer be cancelled: curl's word for a 409 is 22.
                let isCancelling = example.contains("$JOB") || example.contains("$BATCH")
                #expect(
                    code == 0
                        || code == 22 && last.contains(example) && isCancelling
                            && output.contains("conflict"),
                    "\(example)\n\(output)")
            }
        }
    }

    /// What stands in the page's boxes, as a reader copies it.
    private static func examples(in page: String) -> [String] {
        page.split(separator: #"<pre tabindex="0"><code>"#).dropFirst().map { piece -> String in
            String(piece.split(separator: "</code>").first ?? "")
                .replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
                .replacing("&lt;", with: "<").replacing("&gt;", with: ">")
                .replacing("&amp;", with: "&")
        }
    }
}

/// A shell with the variables that the page speaks of.
private struct Shell {
    private let environment: [String: String]
    /// What webhooks are managed with.
    private let live: String

    /// Makes a job, a batch, a picture, an upload, an endpoint, a key and a delivery to be asked for.
    init(
        _ server: RunningServer, key: String, live: String, invoice: String
    ) async throws {
        self.live = live
        func made(_ path: String, _ body: String) async throws -> Seen {
            let key = path == "/v1/webhooks" ? live : key
            let reply = try await server.ask("POST", path, key: key, body: body)
            return try #require(reply).json(Seen.self)
        }
        let endpoint = try await made(
            "/v1/webhooks",
            #"{"url":"https://hooks.example.com/first","events":["generation.completed"]}"#)
        let issued = try await made("/v1/keys", #"{"name":"renders"}"#)
        let size = #""model":"test/test","size":"512x512""#
        let job = try await made("/v1/image/generate/async", "{\(size),\"prompt\":\"a fox\"}")
        let batch = try await made("/v1/image/batch", "{\(size),\"prompts\":[\"a fox\"]}")
        let picture = try await made("/v1/image/generate", "{\(size),\"prompt\":\"a fox\"}")
        let deliveries = try #require(
            try await server.ask("GET", "/v1/webhooks/deliveries", key: key))
        let uploaded = try await Self.run(
            #"curl "$ATELIER_URL/v2/uploads" -H "X-API-Key: $ATELIER_KEY" -F file=@photo.png"#,
            Self.environment(of: server, key))
        let upload = try JSONDecoder().decode(Seen.self, from: Data(uploaded.output.utf8))
        environment = Self.environment(of: server, key).merging(
            [
                "UPLOAD_NAME": upload.id ?? "", "JOB": job.jobId ?? "", "BATCH": batch.jobId ?? "",
                "GENERATION": picture.id ?? "", "WEBHOOK": endpoint.id ?? "",
                "KEY_ID": issued.id ?? "", "INVOICE": invoice,
                "NAME": String(picture.url?.split(separator: "/").last ?? ""),
                "DELIVERY": try deliveries.json(Deliveries.self).deliveries.first?.id ?? "",
            ], uniquingKeysWith: { $1 })
    }

    private struct Seen: Decodable {
        let id: String?
        let jobId: String?
        let url: String?
    }

    private struct Deliveries: Decodable {
        let deliveries: [Seen]
    }

    private static func environment(of server: RunningServer, _ key: String) -> [String: String] {
        TestServer.environment.merging(
            [
                "ATELIER_URL": "http://127.0.0.1:\(server.port)", "ATELIER_KEY": key,
                "PICTURE": OfficialClient.folder + "/../Fixtures/pictures/alpha.png",
            ], uniquingKeysWith: { $1 })
    }

    func paste(_ example: String) async throws -> (code: Int32, output: String) {
        // What is live is managed, and what is billed is seen, with live keys alone.
        let isLive = example.contains("/v1/webhooks") || example.contains("/v1/invoices/")
        let key = isLive ? ["ATELIER_KEY": live] : [:]
        return try await Self.run(example, environment.merging(key, uniquingKeysWith: { $1 }))
    }

    /// Runs `example` where its files may lie about, beside the reader's own two; a refusal is an
    /// error.
    private static func run(
        _ example: String, _ environment: [String: String]
    ) async throws -> (code: Int32, output: String) {
        let output = try Transcript()
        let program = try Program(
            "/bin/sh",
            [
                "-c",
                """
                cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
                cp "$PICTURE" photo.png && cp "$PICTURE" mask.png
                curl() { command curl --silent --show-error --fail-with-body "$@"; }
                \(example)
                """,
            ], environment: environment, output: output.descriptor, errors: output.descriptor)
        return (await program.wait(), output.text)
    }
}
