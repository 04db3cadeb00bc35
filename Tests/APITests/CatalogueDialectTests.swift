import GatewaySupport
import HTTP
import Signing
import Testing
import Units

/// What each dialect says of models that cannot be used.
@Suite struct CatalogueDialectTests {
    @Test(arguments: [
        ("/v1/openai/images/generations", 400, 400), ("/v1/images/generations", 404, 404),
        ("/v1/image/generate", 404, 404), ("/v2/images/generate", 400, 400),
    ])
    func aRetiredModelNamesItsReplacementAndAnUnservedOneNamesWhatCanBeCalled(
        path: String, retired: Int, unserved: Int
    ) async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            let acme = try await caller.gateway.customer(credits: "1.00")
            let gone = try await caller.post(
                path, #"{"model":"openai/dall-e-3","prompt":"a fox"}"#, as: acme)
            #expect(gone.status == retired)
            #expect(gone.text.contains("Use 'gpt-image-2' instead."))
            let reply = try await caller.post(
                path, #"{"model":"gpt-image-2","prompt":"a fox"}"#, as: acme)
            #expect(reply.status == unserved)
            // Waiting does not help, so nothing says to come back.
            #expect(reply.headers["Retry-After"] == nil)
            #expect(reply.headers["x-should-retry"] == "false")
            #expect(reply.text.contains("test/paid"))
            // A stranger learns only that the key is wrong.
            for model in ["dall-e-3", "gpt-image-2"] {
                var random = SecureRandom()
                let key = KeyText(mode: .live, using: &random).secret.reveal()
                let stranger = try await caller.post(
                    path, #"{"model":"\#(model)","prompt":"a fox"}"#, as: nil,
                    headers: ["Authorization": "Bearer \(key)"])
                #expect(stranger.status == 401)
            }
        }
    }
}
