import GatewaySupport
import Ledger
import Pictures
import ProviderSupport
import Providers
import Storage
import Testing
import Units

@testable import Gateway

/// Nobody buys what cannot be kept.
@Suite struct FullStoreTests {
    private func ask(_ model: String = "test/test") -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: "a fox", n: 1,
            size: .pixels(PixelSize(width: 16, height: 16)), format: .png)
    }

    @Test func aStoreWithoutRoomTakesNothingIn() async throws {
        try await withGateway(freeBytesMin: .max) { gateway in
            let acme = try await gateway.customer(credits: "1")
            for patience in [Patience.untilItEnds, .none] {
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await gateway.engine.generate(
                        ask(), for: acme.hash, in: .live, patience: patience)
                }
                #expect(refusal?.kind == .unavailable && refusal?.retryAfter == nil)
            }
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.available.dollars == "1" && wallet.held == .zero)
        }
    }

    /// Jobs that were let in before wait until there is room.
    @Test func whatWaitsIsNotBoughtWhileThereIsNoRoom() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1")
            _ = try await gateway.engine.generate(
                ask(), for: acme.hash, in: .live, patience: .none)
            let worker = Worker(engine: gateway.engine, slots: 2)
            gateway.engine.room.failed()
            #expect(try await worker.takeOnce() == 0)
            gateway.time.pass(.seconds(2))
            #expect(try await worker.takeOnce() == 1)
            await gateway.engine.stop()
        }
    }

    /// The disk has room, and takes no file: the second call is refused before its vendor is asked.
    @Test func afterAFailedWriteNothingMoreIsBought() async throws {
        try await withEmulator(of: "openai") { vendor in
            let ready = ReadyVendor(vendor: try vendor.vendor, credentials: [Emulator.credential])
            try await withGateway(vendors: [ready]) { gateway in
                try await gateway.sync()
                let acme = try await gateway.customer(credits: "10")
                var request = ask("gpt-image-2")
                request.size = .pixels(PixelSize(width: 1024, height: 1024))
                request.quality = "low"
                Files.removeAll(below: gateway.directory)
                for _ in 0..<3 {
                    let refusal = await #expect(throws: Refusal.self) {
                        _ = try await gateway.engine.generate(request, for: acme.hash, in: .live)
                    }
                    #expect(refusal?.kind == .unavailable && refusal?.retryAfter == nil)
                }
                #expect(vendor.submissions == 1)
                let wallet = try await gateway.wallet(of: acme)
                #expect(wallet.available.dollars == "10" && wallet.held == .zero)
            }
        }
    }
}
