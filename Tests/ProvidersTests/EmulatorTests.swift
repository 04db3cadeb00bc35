import HTTPClient
import Pictures
import Providers
import ProviderSupport
import Testing
import Units

/// Every adapter against an emulation of its vendor, over real connections. A new one is covered by
/// its rules.
@Suite struct EmulatorTests {
    @Test(arguments: Vendor.all) func pictures(_ vendor: Vendor) async throws {
        let fixture = try Fixture(of: vendor)
        let client = try Ride.client()
        defer { client.close() }
        for (name, ask) in fixture.asks {
            try await withEmulator(of: vendor.name) { emulator in
                let (pictures, made) = try await Ride(client, to: emulator.vendor).go(ask)
                let sizes = try pictures.map { try Picture.inspect($0).size }
                #expect(!sizes.isEmpty && sizes.count <= ask.n, "\(name)")
                #expect(made.withheld == 0)
                #expect(emulator.submissions == 1 && emulator.accepted == 1)
                #expect(emulator.credentialsAtPictures == 0)
                #expect(emulator.complaints == [])
                #expect(emulator.hasTasks == (emulator.polls > 2), "a slow task is polled")
            }
        }
    }

    @Test(arguments: Vendor.all) func failures(_ vendor: Vendor) async throws {
        let fixture = try Fixture(of: vendor)
        let client = try Ride.client()
        defer { client.close() }
        try await withEmulator(of: vendor.name) { emulator in
            let verb = emulator.hasTasks ? "poll" : "submit"
            let ride = Ride(client, to: try emulator.vendor)
            for kind in VendorFailure.Kind.allCases {
                for (behaviour, isKnown) in [
                    (Behaviour.fails(kind), emulator.knows(kind, of: "submit", inside: false)),
                    (.failsInside(kind), emulator.knows(kind, of: verb, inside: true)),
                ] where isKnown && kind != .malformed {
                    emulator.will(behaviour)
                    await #expect("\(behaviour)") { try await ride.go(fixture.ask()) } throws: {
                        ($0 as? VendorFailure)?.kind == kind
                    }
                }
            }
        }
    }

    @Test(arguments: Vendor.all) func lies(_ vendor: Vendor) async throws {
        let fixture = try Fixture(of: vendor)
        let client = try Ride.client()
        defer { client.close() }
        try await withEmulator(of: vendor.name) { emulator in
            let ride = Ride(client, to: try emulator.vendor)
            for behaviour in [Behaviour.garbage, .truncated] {
                emulator.will(behaviour)
                await #expect("\(behaviour)") { try await ride.go(fixture.ask()) } throws: {
                    ($0 as? VendorFailure)?.kind == .malformed
                }
            }
            emulator.will(.cut)
            await #expect { try await ride.go(fixture.ask()) } throws: {
                if case .client(.broken)? = $0 as? Ride.Failure { true } else { false }
            }
        }
    }

    @Test(arguments: Vendor.all) func aWrongCredentialIsRefused(_ vendor: Vendor) async throws {
        let fixture = try Fixture(of: vendor)
        let client = try Ride.client()
        defer { client.close() }
        try await withEmulator(of: vendor.name) { emulator in
            var ride = Ride(client, to: try emulator.vendor)
            ride.credential = Secret("wrong-access:wrong-secret")
            await #expect { try await ride.go(fixture.ask()) } throws: {
                ($0 as? VendorFailure)?.kind == .operatorAuth
            }
            #expect(emulator.submissions == 1 && emulator.accepted == 0)
        }
    }

    @Test(arguments: ["openai", "azure", "openrouter"])
    func picturesAreShownWhileTheyAreDrawn(_ name: String) async throws {
        let vendor = try #require(Vendor.named(name))
        var ask = try Fixture(of: vendor).ask()
        ask.partials = 2
        let wanted = ask
        let client = try Ride.client()
        defer { client.close() }
        try await withEmulator(of: name) { emulator in
            let ride = Ride(client, to: try emulator.vendor)
            let (pictures, made) = try await ride.go(wanted)
            #expect(pictures.count == wanted.n)
            #expect(made.usage.outputImage != nil)
            emulator.will(.cut)
            await #expect { try await ride.go(wanted) } throws: {
                if case .client(.broken)? = $0 as? Ride.Failure { true } else { false }
            }
        }
    }

    @Test func whatThePromptAsksForHappens() async throws {
        let client = try Ride.client()
        defer { client.close() }
        try await withEmulator(of: "replicate") { emulator in
            let ride = Ride(client, to: try emulator.vendor)
            let model = "black-forest-labs/flux-1.1-pro"
            let refused = Ask(model: model, prompt: "a fox emulate:rate_limited please")
            await #expect { try await ride.go(refused) } throws: {
                ($0 as? VendorFailure)?.kind == .rateLimited
            }
            let few = Ask(model: "stability-ai/sdxl", prompt: "emulate:partial", n: 3)
            #expect(try await ride.go(few).pictures.count == 2)
            let late = Ask(model: model, prompt: "emulate:expired")
            await #expect { try await ride.go(late) } throws: {
                $0 as? Ride.Failure == .notFetched(403)
            }
            #expect(emulator.submissions == 3 && emulator.accepted == 2)
        }
    }
}
