import DatabaseSupport
import FoundationEssentials
import Testing

/// The examples of `/docs`, each pasted into a shell that knows the two variables which the page names
/// and nothing else.
@Suite struct ReferenceExampleTests {
    @Test(arguments: ["live", "test"]) func everyExampleRunsWhenItIsPasted(
        mode: String
    ) async throws {
        try await Deployment.with { deployment in
            let isLive = mode == "live"
            let acme =
                isLive
                ? try await deployment.customer(credits: "1.00")
                : try await deployment.rehearsingCustomer()
            if isLive { _ = try await deployment.invoice(of: acme) }
            let server = try await deployment.serve()
            let page = try #require(try await server.ask("GET", "/docs"))
            let examples = Self.examples(in: page.text)
            #expect(examples.count >= 72)
            let shell = Shell(server, key: acme.adminKey)
            for example in examples where isLive || !Self.changesWebhooks(example) {
                let (code, output) = try await shell.paste(example)
                #expect(code == 0, "\(example)\n\(output)")
                // An account without invoices is told so; this one has one.
                #expect(!isLive || !output.contains("none yet"), "\(example)")
            }
        }
    }

    /// What only a live key may: the page says so where it names the variables.
    private static func changesWebhooks(_ example: String) -> Bool {
        ["/webhooks/secret", "/replay", "$WEBHOOK", #""url":"https://hooks"#].contains {
            example.contains($0)
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

/// A shell with the two variables.
private struct Shell {
    private let environment: [String: String]

    init(_ server: RunningServer, key: String) {
        environment = TestServer.environment.merging(
            ["ATELIER_URL": "http://127.0.0.1:\(server.port)", "ATELIER_KEY": key],
            uniquingKeysWith: { $1 })
    }

    /// Runs `example` in an empty folder. It fails when any of its calls is refused, also one of whose
    /// answer only a part is used.
    func paste(_ example: String) async throws -> (code: Int32, output: String) {
        let output = try Transcript()
        let program = try Program(
            "/bin/sh",
            [
                "-c",
                """
                folder=$(mktemp -d) && cd "$folder" && trap 'rm -rf "$folder"' EXIT
                curl() { command curl --fail-with-body "$@" || { echo "refused: $*" >&2; : >refused; }; }
                set -e
                \(example)
                test ! -e refused
                """,
            ], environment: environment, output: output.descriptor, errors: output.descriptor)
        return (await program.wait(), output.text)
    }
}
