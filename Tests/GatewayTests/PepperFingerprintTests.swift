import GatewaySupport
import Postgres
import Signing
import Testing
import Units

@testable import Gateway

@Suite struct PepperFingerprintTests {
    @Test func anotherPepperIsRefusedAndTheFirstIsNot() async throws {
        try await withGateway { gateway in
            let now = gateway.time.clock.now
            let (ours, other) = try (
                #require(Pepper(Secret("the pepper of this database"))),
                #require(Pepper(Secret("the pepper of another one")))
            )
            for _ in 0..<2 {
                try await PepperFingerprint.check(ours, at: now, in: gateway.database)
            }
            await #expect(throws: PepperFingerprint.Mismatch.self) {
                try await PepperFingerprint.check(other, at: now, in: gateway.database)
            }
            try await PepperFingerprint.check(ours, at: now, in: gateway.database)
        }
    }

    @Test func aFingerprintTellsNothingOfItsPepper() throws {
        let pepper = try #require(Pepper(Secret("0123456789abcdef")))
        #expect(pepper.fingerprint.count == 16)
        #expect(pepper.fingerprint != Array("0123456789abcdef".utf8))
    }
}
