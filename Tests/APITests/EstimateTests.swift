import FoundationEssentials
import Gateway
import GatewaySupport
import Ledger
import Testing
import Units

@Suite struct EstimateTests {
    private let path = "/v1/image/estimate"

    @Test func anEstimateIsExactlyTheHoldAndHoldsNothing() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "0.01")
            let body = #"{"model":"test/paid","prompt":"a fox","size":"512x512","n":2}"#
            let reply = try await caller.post(path, body, as: acme)
            #expect(reply.status == 200)
            #expect(
                reply.text
                    == #"{"model":"test/paid","provider":"test","n":2,"width":512,"height":512,"hold_usd":0.008,"price_version":1,"lines":[{"billable":"output_image","unit":"image","variant":null,"estimate":false,"cost_usd":0.004,"count":2,"total_usd":0.008}],"mode":"live","available":0.01,"covered":true,"missing":0}"#
            )
            #expect(try await caller.gateway.wallet(of: acme).held == .zero)
            let made = try await caller.post("/v1/image/generate", body, as: acme)
            #expect(made.text.contains(#""receipt":{"held":0.008,"#))
            let again = try await caller.post(path, body, as: acme)
            #expect(again.text.contains(#""available":0.002,"covered":false,"missing":0.006}"#))
        }
    }

    @Test func everyLineBehindAHoldIsShown() async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            let acme = try await caller.gateway.customer(mode: .test)
            let reply = try await caller.post(
                path, #"{"model":"flux-2-pro","prompt":"a fox","size":"1:1","n":3}"#, as: acme)
            #expect(
                reply.text.contains(
                    #""hold_usd":0.09,"price_version":1,"lines":[{"billable":"output_image","unit":"megapixel","variant":"first_megapixel","estimate":false,"cost_usd":0.03,"count":3,"total_usd":0.09}]"#
                ))
            let token = try await caller.post(
                path, #"{"model":"gpt-image-2","prompt":"a fox","quality":"low"}"#, as: acme)
            #expect(token.text.contains(#""variant":"low 1024x1024","estimate":true"#))
            #expect(token.text.contains(#""billable":"input_text","unit":"token""#))
            #expect(token.text.contains(#""hold_usd":0.006025,"#))
        }
    }

    @Test func whatWouldBeRefusedIsRefused() async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            let acme = try await caller.gateway.customer(credits: "1.00")
            for (body, status, word) in [
                (#"{"model":"dall-e-3","prompt":"a fox"}"#, 404, "gpt-image-2"),
                (#"{"model":"flux-2-pro","prompt":"a fox"}"#, 404, "not served"),
                (#"{"model":"test/paid","prompt":"a fox","n":11}"#, 400, "'n'"),
                (#"{"model":"test/paid"}"#, 400, "prompt"),
            ] {
                let reply = try await caller.post(path, body, as: acme)
                #expect(reply.status == status)
                #expect(reply.text.contains(word))
            }
            let reader = try await caller.gateway.customer(credits: "1.00", scopes: [.read])
            let reply = try await caller.post(
                path, #"{"model":"test/paid","prompt":"a fox"}"#, as: reader)
            #expect(reply.status == 403)
        }
    }
}
