import GatewaySupport
import ProviderSupport
import Providers
import Testing

/// The usage log says who delivered, and nothing of how it came to that.
@Suite struct ServedByTests {
    private func json(_ model: String) -> String {
        #"{"model":"\#(model)","prompt":"a fox","size":"1024x1024","quality":"low"}"#
    }

    @Test func whoDeliveredIsToldAndWhoWasAskedBeforeIsNot() async throws {
        try await withEmulator(of: "openai") { openAI in
            try await withEmulator(of: "azure") { azure in
                let vendors = try [openAI, azure].map {
                    ReadyVendor(vendor: try $0.vendor, credentials: [Emulator.credential])
                }
                try await Caller.with(vendors: vendors) { caller in
                    try await caller.gateway.sync()
                    let acme = try await caller.gateway.customer(credits: "5.00")
                    openAI.will(.fails(.overloaded))
                    let made = try await caller.post(
                        "/v1/images/generations", json("gpt-image-2"), as: acme)
                    #expect(made.status == 200)
                    let log = try await caller.get("/v1/generations", as: acme).text
                    #expect(log.contains(#""served_by":"azure""#))
                    for ours in ["overloaded", "attempt", "provider_cost", "our_cost"] {
                        #expect(!log.lowercased().contains("\"\(ours)"), "\(log)")
                    }
                }
            }
        }
    }

    @Test func theBuiltInModelsAreServedByNobody() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "5.00")
            _ = try await caller.post("/v1/images/generations", json("test/paid"), as: acme)
            let log = try await caller.get("/v1/generations", as: acme).text
            #expect(log.contains(#""served_by":null"#))
        }
    }
}
