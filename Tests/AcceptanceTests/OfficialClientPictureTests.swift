import DatabaseSupport
import FoundationEssentials
import Testing

/// The official Python clients where pictures come and go, unmodified.
@Suite struct OfficialClientPictureTests {
    @Test func openAIsClientChangesVariesAndStreamsPictures() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            try await Claims.check("openai_pictures.py", [server.base, acme.key], atLeast: 190)
        }
    }

    @Test func openAIsClientRaisesEveryErrorAsItsOwnClass() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let poor = try await deployment.customer(credits: "0.003")
            let reading = try await deployment.key(of: acme, scope: "read")
            let server = try await deployment.serve()
            try await Claims.check(
                "openai_errors.py", [server.base, acme.key, poor.key, reading], atLeast: 200)
            // What was refused or failed has cost nothing: the two pictures are those of the call
            // that was repeated.
            let balance = try await deployment.balance(of: acme)
            #expect(balance.posted == Decimal(string: "0.992") && balance.held == 0)
        }
    }

    @Test func openRoutersClientAcceptsTheWholeCatalogue() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.rehearsingCustomer()
            try await deployment.syncCatalogue()
            let server = try await deployment.serve()
            try await Claims.check("openrouter_pictures.py", [server.base, acme.key], atLeast: 230)
        }
    }

    /// With `jq` and `xargs`, as the pages have them.
    @Test func everyCurlLineOfImageRoutersPagesWorks() async throws {
        try await Deployment.with(allowing: "127.0.0.0/8") { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            try await Claims.check(
                program: "/bin/bash",
                [
                    "\(OfficialClient.folder)/curl_lines.sh", "\(server.port)", acme.key,
                    try TestServer.python, "\(OfficialClient.folder)",
                ], atLeast: 35)
        }
    }
}
