import GatewaySupport
import Ledger
import Pictures
import Postgres
import ProviderSupport
import Providers
import Testing
import Threads
import Units

@testable import Gateway

/// Every live model of the catalogue, bought from everybody who sells it: model, endpoint, adapter.
@Suite struct BuyingTests {
    /// Runs `body` with an emulation of every vendor, by name.
    private func withEverybody(
        _ vendors: ArraySlice<Vendor> = Vendor.all[...], _ known: [String: Emulator] = [:],
        _ body: @escaping @Sendable ([String: Emulator]) async throws -> Void
    ) async throws {
        guard let vendor = vendors.first else { return try await body(known) }
        try await withEmulator(of: vendor.name) { emulator in
            try await withEverybody(
                vendors.dropFirst(), known.merging([vendor.name: emulator]) { $1 }, body)
        }
    }

    private struct Line {
        let model: String
        let provider: String
        let endpoint: String
        let adapter: String
        let outcome: String
    }

    @Test func everyLiveModelIsBoughtFromEverybodyWhoSellsIt() async throws {
        let table = Lock<[Line]>([])
        try await withEverybody { emulators in
            let ready = try emulators.values.map {
                ReadyVendor(vendor: try $0.vendor, credentials: [Emulator.credential])
            }
            try await withGateway(vendors: ready) { gateway in
                try await gateway.sync()
                let acme = try await gateway.customer(credits: "1000")
                let now = gateway.time.clock.now
                let sold = gateway.engine.models.filter { $0.life.state(at: now) != .retired }
                    .flatMap { model in model.endpoints.map { (model, $0) } }
                    .filter { $0.1.provider != "test" }
                // Most of the time is spent waiting until tasks may be asked for.
                try await withThrowingTaskGroup(of: Line.self) { group in
                    for (model, endpoint) in sold {
                        group.addTask {
                            Line(
                                model: model.id, provider: endpoint.provider,
                                endpoint: endpoint.providerModel,
                                adapter: Vendor.named(endpoint.provider)?.adapter.name ?? "none",
                                outcome: try await outcome(of: model, endpoint, acme, gateway))
                        }
                    }
                    for try await line in group {
                        table.withLock { $0.append(line) }
                        let complaints = emulators[line.provider]?.complaints ?? []
                        #expect(line.outcome == "passes", "\(line.model) \(complaints)")
                    }
                }
            }
        }
        let lines = table.withLock {
            $0.sorted { ($0.model, $0.provider) < ($1.model, $1.provider) }
        }
        print("| model | provider | its name there | adapter | emulator |\n|---|---|---|---|---|")
        for line in lines {
            print(
                "| \(line.model) | \(line.provider) | \(line.endpoint) | \(line.adapter) "
                    + "| \(line.outcome) |")
        }
        #expect(lines.count > 70)
    }

    private func outcome(
        of model: Catalogue.Model, _ endpoint: Catalogue.Endpoint, _ acme: Customer,
        _ gateway: TestGateway
    ) async throws -> String {
        var request = GenerationRequest(
            dialect: .openRouter, model: model.id, prompt: "a fox", format: .png)
        request.routing.only = [endpoint.provider]
        let least = endpoint.capabilities?.parameters["input_references"]?.whole?.lowerBound ?? 0
        if least > 0 {
            request.pictures = [AskedPicture(.url(Self.picture), field: "image")]
            if model.id == "flux-fill-pro" {
                request.mask = AskedPicture(.url(Self.picture), field: "mask")
            }
        }
        do {
            let made = try await gateway.engine.finish(request, for: acme.hash)
            let served = try await gateway.database.read {
                try $0.rows("select served_by from generation where id = \(made.id)") {
                    try $0.next(String?.self)
                }
            }
            return served == [endpoint.provider] ? "passes" : "served by \(served)"
        } catch let refusal as Refusal {
            return "\(refusal.kind.rawValue): \(refusal.message)"
        }
    }

    /// Eight by eight pixels, transparent in places: a picture and its own mask.
    private static let picture: String = {
        let bitmap = TestPicture.draw(
            prompt: "a fox", seed: 1, size: PixelSize(width: 64, height: 64)
        ).cutOut()
        // What was just drawn can be written.
        let bytes = (try? Picture.encode(bitmap, as: .png)) ?? []
        var text = Array("data:image/png;base64,".utf8)
        Base64.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }()
}
