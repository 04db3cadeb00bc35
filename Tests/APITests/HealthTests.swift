import HTTP
import GatewaySupport
import Ledger
import Testing
import Units

@Suite struct HealthTests {
    @Test func aHealthyServerIsReady() async throws {
        try await Caller.with { caller in
            #expect(try await caller.get("/healthz").text == #"{"status":"ok"}"#)
            let ready = try await caller.get("/readyz")
            #expect(ready.status == 200)
            #expect(
                ready.text
                    == #"{"status":"ready","database":true,"store":true,"store_room":true}"#)
            #expect(try await caller.get("/metrics").text.contains("\natelier_store_room 1\n"))
        }
    }

    @Test func aStoreThatIsGoneIsNotReady() async throws {
        try await Caller.with { caller in
            Files.removeAll(below: caller.gateway.directory)
            let ready = try await caller.get("/readyz")
            #expect(ready.status == 503)
            #expect(ready.headers["Retry-After"] != nil)
            #expect(ready.text.contains(#""store":false"#))
        }
    }

    @Test func aStoreWithoutRoomIsNotReadyAndSellsNothing() async throws {
        try await Caller.with(freeBytesMin: .max) { caller in
            let acme = try await caller.gateway.customer(credits: "1")
            for (path, json) in [
                ("/v1/images/generations", #"{"model":"test/test","prompt":"a","size":"16x16"}"#),
                ("/v2/images/generate", #"{"model":"test/test","prompt":"a"}"#),
            ] {
                let answer = try await caller.post(path, json, as: acme)
                #expect(answer.status == 503, "\(path) \(answer.text)")
                #expect(answer.headers["x-should-retry"] == "false")
                #expect(answer.text.contains("no room"))
            }
            let ready = try await caller.get("/readyz")
            #expect(ready.status == 503 && ready.text.contains(#""store_room":false"#))
            #expect(try await caller.get("/metrics").text.contains("\natelier_store_room 0\n"))
            let wallet = try await caller.gateway.wallet(of: acme)
            #expect(wallet.held == .zero)
        }
    }

    /// A primary that was demoted answers every question, and takes no call that is paid for.
    @Test func aDatabaseThatOnlyReadsIsNotReady() async throws {
        try await Caller.with { caller in
            #expect(try await caller.get("/readyz").status == 200)
            try await caller.gateway.demote()
            let ready = try await caller.get("/readyz")
            #expect(ready.status == 503 && ready.text.contains(#""database":false"#))
            try await caller.gateway.promote()
            while try await caller.get("/readyz").status != 200 { await Task.yield() }
        }
    }

    @Test func metricsAreInPrometheusForm() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let json = #"{"model":"test/test","prompt":"a","size":"16x16","n":3}"#
            _ = try await caller.post("/v1/images/generations", json, as: acme)
            let text = try await caller.get("/metrics").text
            #expect(text.contains("\natelier_generations_total 1\n"))
            #expect(text.contains("\natelier_images_total 3\n"))
            #expect(text.contains("atelier_responses_total{class=\"2xx\"} 1\n"))
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.split(separator: " ").count == 2, "\(line)")
            }
        }
    }
}
