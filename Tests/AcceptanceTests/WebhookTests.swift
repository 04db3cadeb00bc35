import FoundationEssentials
import Testing

/// Webhooks over the network, to the stock receiver and to places they must not go.
@Suite struct WebhookTests {
    private struct Page: Decodable {
        struct Delivery: Decodable { let id: String }
        let deliveries: [Delivery]
    }

    private func submit(
        _ server: RunningServer, _ acme: Buyer, webhook: String? = nil
    ) async throws -> Reply? {
        let told = webhook.map { #","webhook_url":"\#($0)""# } ?? ""
        return try await server.ask(
            "POST", "/v1/image/generate/async", key: acme.key,
            body: #"{"model":"test/test","prompt":"a fox","size":"512x512"\#(told)}"#)
    }

    private func until(_ isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("it did not come to pass")
    }

    @Test func theStockReceiverAcceptsEveryDeliveryAlsoWhileTheSecretIsRotated() async throws {
        try await Deployment.with(allowing: "127.0.0.1/32") { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let old = try await deployment.webhookSecret(of: acme)
            let server = try await deployment.serve()
            // It knows the old secret alone, and later the new one alone.
            let before = try await Receiver.start(secrets: [old], failing: true)
            defer { before.stop() }
            for _ in 0..<5 {
                let url = "http://127.0.0.1:\(before.port)/a"
                #expect(try await submit(server, acme, webhook: url)?.status == 202)
            }
            try await until { try before.messages().count { $0.answered == 200 } == 5 }
            let new = try await deployment.rotateWebhookSecret(of: acme)
            #expect(new != old)
            let after = try await Receiver.start(secrets: [old, new], failing: true)
            defer { after.stop() }
            for _ in 0..<5 {
                let url = "http://127.0.0.1:\(after.port)/b"
                #expect(try await submit(server, acme, webhook: url)?.status == 202)
            }
            try await until { try after.messages().count { $0.answered == 200 } == 5 }
            #expect(try before.messages().allSatisfy { $0.accepted == [true] })
            #expect(try after.messages().allSatisfy { $0.accepted == [true, true] })
            #expect(try !(before.messages() + after.messages()).contains { $0.tamperedAccepted })
        }
    }

    /// One URL for both: the request's own address and an endpoint's.
    @Test func theStockReceiverKnowsEachEndpointByItsOwnSecret() async throws {
        struct Endpoint: Decodable {
            let id: String
            let secret_path: String
        }
        struct Secrets: Decodable { let secret: String }
        try await Deployment.with(allowing: "127.0.0.1/32") { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let ofAccount = try await deployment.webhookSecret(of: acme)
            let server = try await deployment.serve()
            let made = try #require(
                await server.ask(
                    "POST", "/v1/webhooks", key: acme.adminKey,
                    body: #"{"url":"http://127.0.0.1:9/x","events":["generation.completed"]}"#))
            let endpoint = try made.json(Endpoint.self)
            let read = try await server.ask("GET", endpoint.secret_path, key: acme.adminKey)
            let own = try #require(read).json(Secrets.self).secret
            let receiver = try await Receiver.start(secrets: [ofAccount, own])
            defer { receiver.stop() }
            // Where it listens is known once it has started. An endpoint that moves keeps its secret.
            let url = "http://127.0.0.1:\(receiver.port)/hook"
            let moved = try await server.ask(
                "PATCH", "/v1/webhooks/\(endpoint.id)", key: acme.adminKey,
                body: #"{"url":"\#(url)"}"#)
            #expect(moved?.status == 200)
            #expect(try await submit(server, acme)?.status == 202)
            try await until { try receiver.messages().count == 1 }
            #expect(try receiver.messages().map(\.accepted) == [[false, true]])
            // Told once, in the request's form, and either secret knows it.
            #expect(try await submit(server, acme, webhook: url)?.status == 202)
            try await until { try receiver.messages().count == 2 }
            let messages = try receiver.messages()
            #expect(messages.last?.accepted == [true, true])
            #expect(Set(messages.map(\.id)).count == 2)
        }
    }

    @Test func aRedirectIsNotFollowedAndTheLogSaysSo() async throws {
        try await Deployment.with(allowing: "127.0.0.1/32") { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let receiver = try await Receiver.start(
                secrets: [try await deployment.webhookSecret(of: acme)])
            defer { receiver.stop() }
            let server = try await deployment.serve()
            let url = "http://127.0.0.1:\(receiver.port)/elsewhere"
            #expect(try await submit(server, acme, webhook: url)?.status == 202)
            try await until { try receiver.messages().count == 1 }
            try await until {
                let page = try await server.ask(
                    "GET", "/v1/webhooks/deliveries", key: acme.key)
                guard let id = try page?.json(Page.self).deliveries.first?.id else { return false }
                let log = try await server.ask(
                    "GET", "/v1/webhooks/deliveries/\(id)", key: acme.key)
                return log?.text.contains("302: redirects are not followed") == true
            }
        }
    }

    @Test(arguments: [
        "http://127.0.0.1/x", "http://10.0.0.1/x", "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x", "http://[::ffff:127.0.0.1]/x", "http://localhost:9/x",
        "http://2130706433/x", "http://0x7f.1/x", "file:///etc/passwd",
    ])
    func aWebhookIntoTheHouseIsRefusedAtSubmit(url: String) async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let reply = try await submit(server, acme, webhook: url)
            #expect(reply?.status == 400)
            #expect(reply?.text.contains("webhook_url") == true, "\(reply?.text ?? "")")
            let endpoint = try await server.ask(
                "POST", "/v1/webhooks", key: acme.adminKey,
                body: #"{"url":"\#(url)","events":["generation.completed"]}"#)
            #expect(endpoint?.status == 400, "\(endpoint?.text ?? "")")
        }
    }
}
