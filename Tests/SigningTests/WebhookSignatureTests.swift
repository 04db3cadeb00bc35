import Testing
import Units

@testable import Signing

@Suite struct WebhookSignatureTests {
    /// The secret of the first vector, base64-decoded by another program.
    private static let official: [UInt8] = [
        0x31, 0xF2, 0x90, 0xF6, 0xBF, 0x06, 0x29, 0x8A, 0xAB, 0x4F, 0x08, 0xD4, 0x3C, 0x3F, 0x08,
        0x2C, 0xF6, 0x48, 0xA3, 0x62, 0xDA, 0x2D, 0xA4, 0xB0,
    ]

    /// 242 bytes.
    private static let body =
        #"{"event":"completed","jobId":"0b9d2c1e-7a34-4f0e-9c55-2d1f6a7b8c90","status":"COMPLETED","#
        + #""progress":100,"result":{"images":["https://cdn.example/i/0b9d2c1e-1.png"]},"#
        + #""model":"flux-2-pro","creditCost":8,"completedAt":"2026-01-01T00:00:00.000Z"}"#

    private static let account = ID<Account>(
        high: 0x0193_65A0_0000_7000, low: 0x8000_0000_0000_0001)

    private static func pepper(_ text: String = "pepper-of-the-house") throws -> Pepper {
        try #require(Pepper(Secret(text)))
    }

    @Test func theVectorOfTheSpecificationIsSignedAsThere() {
        let secret = WebhookSecret(bytes: Self.official)
        #expect(secret.text.reveal() == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let header = WebhookSignature.header(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: Timestamp(seconds: 1_614_265_330),
            body: Array(#"{"test": 2432232314}"#.utf8), secrets: [secret])
        #expect(header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func aVectorOfTheReferenceLibraryIsSignedAsThere() {
        let secret = WebhookSecret(bytes: Array(0...31))
        #expect(
            secret.text.reveal() == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        #expect(Self.body.utf8.count == 242)
        let header = WebhookSignature.header(
            id: "evt_01TESTVECTOR", timestamp: Timestamp(seconds: 1_767_225_600),
            body: Array(Self.body.utf8), secrets: [secret])
        #expect(header == "v1,g/zDk8BR+hSGI1Gtlxi2lQZ8d9GT1zaHpeIg+Bzj20w=")
    }

    @Test func whileASecretChangesBothSign() {
        let secrets = [WebhookSecret(bytes: Array(0...31)), WebhookSecret(bytes: Self.official)]
        func header(_ secrets: [WebhookSecret]) -> String {
            WebhookSignature.header(
                id: "1", timestamp: Timestamp(seconds: 1), body: [], secrets: secrets)
        }
        #expect(header(secrets) == secrets.map { header([$0]) }.joined(separator: " "))
        #expect(header(secrets).split(separator: " ").allSatisfy { $0.hasPrefix("v1,") })
    }

    @Test func everyAccountVersionAndPepperHasItsOwnSecret() throws {
        let other = ID<Account>(high: 0x0193_65A0_0000_7000, low: 0x8000_0000_0000_0002)
        let secrets = [
            WebhookSecret(of: Self.account, version: 1, pepper: try Self.pepper()),
            WebhookSecret(of: Self.account, version: 2, pepper: try Self.pepper()),
            WebhookSecret(of: other, version: 1, pepper: try Self.pepper()),
            WebhookSecret(
                of: Self.account, version: 1, pepper: try Self.pepper("another pepper..")),
        ]
        #expect(Set(secrets).count == 4)
        // 32 bytes are 44 characters.
        #expect(secrets.allSatisfy { $0.text.reveal().utf8.count == 6 + 44 })
    }

    @Test func everyEndpointVersionAndAccountHasItsOwnSecret() throws {
        let (one, two) = (ID<Never>(high: 1, low: 1), ID<Never>(high: 1, low: 2))
        let other = ID<Account>(high: 0x0193_65A0_0000_7000, low: 0x8000_0000_0000_0002)
        let pepper = try Self.pepper()
        let secrets = [
            WebhookSecret(of: Self.account, version: 1, pepper: pepper),
            WebhookSecret(of: Self.account, endpoint: one, version: 1, pepper: pepper),
            WebhookSecret(of: Self.account, endpoint: one, version: 2, pepper: pepper),
            WebhookSecret(of: Self.account, endpoint: two, version: 1, pepper: pepper),
            WebhookSecret(of: other, endpoint: one, version: 1, pepper: pepper),
        ]
        #expect(Set(secrets).count == 5)
    }

    @Test func aSecretStaysTheSameAcrossVersionsOfThisProgram() throws {
        // Made with OpenSSL's `dgst -hmac`: another one would fail every receiver's check.
        let secret = WebhookSecret(of: Self.account, version: 1, pepper: try Self.pepper())
        #expect(secret.text.reveal() == "whsec_xHrDK+80+/kTyhIxh+Ao4hgOfpb4bL7Ot5Hi7nlPaUk=")
    }

    @Test func aSecretIsNotPrinted() throws {
        let secret = WebhookSecret(of: Self.account, version: 1, pepper: try Self.pepper())
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", "\(secret.text)", String(reflecting: secret), dumped] {
            #expect(text.contains("•••") && !text.contains("whsec_"))
        }
    }
}
