import GatewaySupport
import HTTP
import Testing

/// What testing the interface against its description has brought to light.
@Suite struct ReferenceFindingsTests {
    @Test func theOldPathOfBatchesTakesOnePromptToo() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let one = #"{"model":"test/test","prompt":"a fox","size":"512x512"}"#
            let queued = try await caller.post("/v1/image/generate/batch", one, as: acme)
            #expect(queued.status == 202 && !queued.text.contains(#""batch""#))
            let batch = try await caller.post("/v1/image/batch", one, as: acme)
            #expect(batch.status == 400 && batch.text.contains("prompts"))
        }
    }

    @Test func aSizeBesideARatioIsNotIgnored() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for size in ["", "64x64", "big"] {
                let reply = try await caller.post(
                    "/v2/images/generate",
                    #"{"model":"test/test","prompt":"a fox","#
                        + #""parameters":{"aspect_ratio":"1:1","size":"\#(size)"}}"#, as: acme)
                #expect(reply.status == 400 && reply.text.contains("parameters.size"))
            }
        }
    }

    /// A letter with a thousand accents is one letter to a reader, and two thousand bytes.
    @Test func aLimitOfCharactersIsNotOneOfLetters() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let long = "e" + String(repeating: "\u{301}", count: 1000)
            let job = try await caller.post(
                "/v1/image/generate/async",
                #"{"model":"test/test","prompt":"a fox","metadata":{"a":"\#(long)"}}"#, as: acme)
            #expect(job.status == 400 && job.text.contains("metadata"))
            let image = try await caller.post(
                "/api/v1/images",
                #"{"model":"test/test","prompt":"a fox","size":"64x64","user":"\#(long)"}"#,
                as: acme)
            #expect(image.status == 400 && image.text.contains("user"))
        }
    }

    @Test func aSessionInAHeaderIsCheckedThoughTheBodyHasOne() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                "/api/v1/images",
                #"{"model":"test/test","prompt":"a fox","size":"64x64","session_id":"s"}"#,
                as: acme, headers: ["X-Session-Id": String(repeating: "s", count: 257)])
            #expect(reply.status == 400 && reply.text.contains("X-Session-Id"))
        }
    }

    /// Numbers of a form were passed over, whatever they were.
    @Test func aNumberInAFormIsRead() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for (number, reason) in [("3", "does not take 'guidance'"), ("3x", "a number")] {
                let parts = [("model", "test/test"), ("prompt", "a fox"), ("guidance", number)]
                let form =
                    parts.map { name, text in
                        "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(text)\r\n"
                    }.joined() + "--b--\r\n"
                let reply = try await caller.post(
                    "/v1/images/generations", form, as: acme,
                    type: "multipart/form-data; boundary=b")
                #expect(reply.status == 400 && reply.text.contains(reason), "\(reply.text)")
            }
        }
    }

    @Test func aProvidersNameIsCountedInCharacters() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for (count, status) in [(100, 200), (101, 400)] {
                let name = String(repeating: "ж", count: count)
                let reply = try await caller.post(
                    "/api/v1/images",
                    #"{"model":"test/test","prompt":"a fox","size":"64x64","#
                        + #""provider":{"order":["\#(name)"]}}"#, as: acme)
                #expect(reply.status == status, "\(reply.text)")
            }
        }
    }
}
