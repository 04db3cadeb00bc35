import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Ledger
import Testing
import Units

/// Jobs as dialects (c) and (e) show them, and what a call may be repeated by.
@Suite struct JobDialectTests {
    private func work(_ caller: Caller) async throws {
        let worker = Worker(engine: caller.gateway.engine, slots: 64)
        while try await worker.takeOnce() > 0 || worker.running > 0 { await Task.yield() }
    }

    private static let single =
        #"{"model":"test/paid","prompt":"a fox","size":"512x512","metadata":{"order":"17"}}"#

    private struct Accepted: Decodable {
        struct Member: Decodable {
            let index: Int
            let jobId: String
            let status: String
        }
        let jobId: String
        let status: String
        let statusUrl: String?
        let batch: Bool?
        let jobs: [Member]?
    }

    private struct Job: Decodable {
        struct Result: Decodable {
            struct Image: Decodable { let url: String }
            let url: String
            let images: [Image]
        }
        struct Failure: Decodable { let code: String }
        struct Receipt: Decodable {
            let held: Decimal
            let captured: Decimal
            let released: Decimal
            let posting_ids: [String]
        }
        let jobId: String
        let status: String
        let progress: Int
        let result: Result?
        let cost_usd: Decimal
        let error: Failure?
        let metadata: [String: String]?
        let receipt: Receipt
        let jobs: [Job]?
        let completed_count: Int?
        let failed_count: Int?
    }

    @Test func aJobIsAcceptedPolledAndDone() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/image/generate/async", Self.single, as: acme)
            #expect(reply.status == 202)
            let accepted = try reply.json(Accepted.self)
            #expect(accepted.status == "queued")
            #expect(reply.headers["Location"] == accepted.statusUrl)
            let url = try #require(accepted.statusUrl)
            let waiting = try await caller.get(url, as: acme)
            #expect(waiting.headers["Retry-After"] == "2")
            let before = try waiting.json(Job.self)
            #expect(before.status == "queued" && before.result == nil)
            #expect(before.receipt.held == Decimal(string: "0.004"))
            try await work(caller)
            let done = try await caller.get(url, as: acme)
            #expect(done.headers["Retry-After"] == nil)
            let job = try done.json(Job.self)
            #expect(job.status == "completed" && job.progress == 100)
            #expect(job.result?.url.hasPrefix("https://pictures.example/i/") == true)
            #expect(job.cost_usd == Decimal(string: "0.004"))
            #expect(job.receipt.posting_ids.count == 1)
            #expect(job.metadata == ["order": "17"])
        }
    }

    @Test func aJobOfOneDialectIsSeenInTheOther() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v2/images/generate",
                #"{"model":"test/paid","prompt":"a fox","parameters":{"size":"16x16"}}"#, as: acme)
            #expect(reply.status == 202)
            #expect(reply.text.contains(#""status":"QUEUED""#))
            let id = try reply.json(Accepted.self).jobId
            #expect(try await caller.get("/v1/jobs/\(id)", as: acme).status == 200)
            try await work(caller)
            let job = try await caller.get("/v2/jobs/\(id)", as: acme)
            #expect(job.text.contains(#""status":"COMPLETED""#))
            #expect(job.text.contains(#""creditCost":4"#))
            #expect(job.text.contains(#""input":{"prompt":"a fox","model":"test/paid"}"#))
            let list = try await caller.get("/v2/jobs?status=COMPLETED&limit=1", as: acme)
            #expect(list.text.contains(id) && list.text.contains(#""hasMore":false"#))
        }
    }

    @Test func aBatchShowsEveryMember() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/image/batch",
                """
                {"model":"test/paid","size":"512x512","prompts":["a fox",
                 {"prompt":"sandbox:moderated an owl"},{"prompt":"a bear","size":"1:1"}]}
                """, as: acme)
            #expect(reply.status == 202)
            let accepted = try reply.json(Accepted.self)
            #expect(accepted.jobs?.map(\.index) == [0, 1, 2])
            #expect(
                try await caller.get("/v1/batches/\(accepted.jobId)?wait=x", as: acme).status == 400
            )
            try await work(caller)
            for path in ["/v1/jobs/", "/v1/batches/"] {
                let batch = try await caller.get(path + accepted.jobId, as: acme)
                    .json(Job.self)
                #expect(batch.status == "partially_completed")
                #expect(batch.completed_count == 2 && batch.failed_count == 1)
                #expect(batch.jobs?[1].error?.code == "moderation_blocked")
                #expect(batch.cost_usd == Decimal(string: "0.008"))
                #expect(batch.receipt.released == Decimal(string: "0.004"))
            }
        }
    }

    @Test(arguments: [
        (#"{"model":"test/paid","prompts":[]}"#, "prompts"),
        (#"{"model":"test/paid","prompts":["a"],"prompt":"b"}"#, "prompts"),
        (#"{"model":"test/paid","prompts":["a",{"size":"9x9"}]}"#, "prompts[1].size"),
        (#"{"model":"test/paid","prompts":["a",5]}"#, "prompts"),
        (#"{"model":"test/paid","prompt":"a","webhook_url":"http://127.0.0.1/x"}"#, "webhook_url"),
        (#"{"model":"test/paid","prompt":"a","webhook_events":["completed"]}"#, "webhook_url"),
        (#"{"model":"test/paid","prompt":"a","metadata":{"a":1}}"#, "metadata"),
    ])
    func whatIsWrongIsNamedAndNothingIsHeld(body: String, field: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post("/v1/image/generate/async", body, as: acme)
            #expect(reply.status == 400)
            #expect(reply.text.contains(#""field":"\#(field)""#), "\(reply.text)")
            #expect(try await caller.gateway.wallet(of: acme).held == .zero)
        }
    }

    @Test func aCancelledJobCostsNothingAndACompletedOneStays() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let id = try await caller.post("/v1/image/generate/async", Self.single, as: acme)
                .json(Accepted.self).jobId
            let cancelled = try await caller.delete("/v1/jobs/\(id)", as: acme)
            #expect(cancelled.status == 200)
            #expect(try cancelled.json(Job.self).status == "cancelled")
            #expect(try await caller.delete("/v1/jobs/\(id)", as: acme).status == 200)
            #expect(try await caller.gateway.wallet(of: acme).available.dollars == "1")
            let done = try await caller.post("/v1/image/generate/async", Self.single, as: acme)
                .json(Accepted.self).jobId
            try await work(caller)
            #expect(try await caller.delete("/v1/jobs/\(done)", as: acme).status == 409)
        }
    }

    @Test func anotherAccountsJobDoesNotExist() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let other = try await caller.gateway.customer(credits: "1.00")
            let id = try await caller.post("/v1/image/generate/async", Self.single, as: acme)
                .json(Accepted.self).jobId
            for path in ["/v1/jobs/\(id)", "/v2/jobs/\(id)", "/v1/batches/\(id)"] {
                #expect(try await caller.get(path, as: other).status == 404)
            }
            #expect(try await caller.delete("/v1/jobs/\(id)", as: other).status == 404)
            try await work(caller)
        }
    }

    @Test func whoPrefersAJobGetsOneOnEverySynchronousPath() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            for path in ["/v1/image/generate", "/v1/images/generations"] {
                let reply = try await caller.post(
                    path, #"{"model":"test/paid","prompt":"a fox","size":"512x512"}"#, as: acme,
                    headers: ["Prefer": "respond-async"])
                #expect(reply.status == 202)
                #expect(reply.headers["Preference-Applied"] == "respond-async")
            }
            try await work(caller)
        }
    }

    @Test func aSlowCallIsAnsweredWithItsJobWhenItsWaitIsOver() async throws {
        try await Caller.with(provider: try ScriptedProvider(pollsUntilDone: 50)) { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/image/generate", Self.single, as: acme, headers: ["Prefer": "wait=0"])
            #expect(reply.status == 202)
            let id = try reply.json(Accepted.self).jobId
            let done = try await caller.get("/v1/jobs/\(id)?wait=30", as: acme)
            #expect(try done.json(Job.self).status == "completed")
        }
    }

    @Test func aRepeatedCallIsReplayedAndSaysSo() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let headers: Headers = ["Idempotency-Key": "order-17"]
            let body = #"{"model":"test/paid","prompt":"a fox","size":"512x512"}"#
            for path in ["/v1/images/generations", "/v1/openai/images/generations"] {
                let first = try await caller.post(path, body, as: acme, headers: headers)
                // The path is part of what was asked.
                guard first.status == 200 else {
                    #expect(first.status == 422 && first.text.contains("idempotency_key_reused"))
                    continue
                }
                // Written another way, it is the same; in quotes, the key is.
                let again = try await caller.post(
                    path, #"{"size":"512x512", "prompt":"a fox","model":"test/paid"}"#, as: acme,
                    headers: ["Idempotency-Key": "\"order-17\""])
                #expect(again.headers["Idempotency-Replayed"] == "true")
                #expect(again.text == first.text)
            }
            #expect(try await caller.gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    @Test func aRepeatedJobIsTheSameJob() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            for path in ["/v1/image/generate/async", "/v2/images/generate"] {
                let body = #"{"model":"test/paid","prompt":"a fox"}"#
                let headers: Headers = ["Idempotency-Key": path]
                let first = try await caller.post(path, body, as: acme, headers: headers)
                let again = try await caller.post(path, body, as: acme, headers: headers)
                #expect(again.status == 202 && again.headers["Idempotency-Replayed"] == "true")
                #expect(
                    try first.json(Accepted.self).jobId == again.json(Accepted.self).jobId)
            }
            try await work(caller)
        }
    }

    /// Each by itself a few bytes; a decoder that tries type after type takes minutes for them.
    @Test(arguments: [
        #"{"prompt":\#(String(repeating: "[", count: 5000))"#,
        #"{"metadata":[\#(String(repeating: "{},", count: 100_000)){}]}"#,
        #"{"prompt":"\u0000","model":"test/test"}"#,
    ])
    func aHostileBodyIsRefusedAtOnce(body: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/image/generate/async", body, as: acme, headers: ["Idempotency-Key": "x"])
            #expect(reply.status == 400)
        }
    }

    @Test(arguments: ["", "a b", "\u{7f}", "\"\"", "\"abc"])
    func aKeyThatIsNoneIsRefused(key: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/images/generations", #"{"model":"test/test","prompt":"a"}"#, as: acme,
                headers: ["Idempotency-Key": key])
            #expect(reply.status == 400 && reply.text.contains("Idempotency-Key"))
        }
    }

    @Test func anEphemeralAnswerCannotBeSentAgain() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let body = """
                {"model":"test/paid","prompt":"a","size":"16x16","response_format":"b64_ephemeral"}
                """
            let path = "/v1/openai/images/generations"
            _ = try await caller.post(path, body, as: acme, headers: ["Idempotency-Key": "1"])
            let again = try await caller.post(
                path, body, as: acme, headers: ["Idempotency-Key": "1"])
            #expect(again.status == 409 && again.headers["x-should-retry"] == "false")
            #expect(try await caller.gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    @Test func theJobAPIRefusesInItsOwnWords() async throws {
        try await Caller.with { caller in
            let poor = try await caller.gateway.customer(credits: "0.001")
            let path = "/v2/images/generate"
            let broke = try await caller.post(
                path, #"{"model":"test/paid","prompt":"a"}"#, as: poor)
            #expect(broke.status == 402)
            #expect(
                broke.text.hasPrefix(
                    #"{"error":"Insufficient credits","creditsRequired":4,"creditsAvailable":1"#))
            let odd = try await caller.post(path, #"{"model":"test/paid","promt":"a"}"#, as: poor)
            #expect(odd.status == 400)
            #expect(odd.text.hasPrefix(#"{"error":"Validation error","details":{"promt":["#))
            let stranger = try await caller.post(path, "{}", as: nil)
            #expect(stranger.status == 401 && stranger.text.contains("API key is required"))
        }
    }

    @Test func whoAmISaysWhatCanBeSpent() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.25")
            let me = try await caller.get("/v2/me", as: acme)
            #expect(me.text.contains(#""credits":1250"#))
            #expect(me.text.contains(#""email":"billing@acme.example""#))
            let models = try await caller.get("/v2/models?modality=image")
            #expect(models.text.contains(#""id":"test/paid""#))
            #expect(try await caller.get("/v2/models?modality=video").status == 400)
        }
    }
}
