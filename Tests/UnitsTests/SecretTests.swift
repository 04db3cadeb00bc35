import Testing
import Units

private struct Envelope {
    let name = "envelope"
    let secret: Secret
    let perhaps: Secret?
    let many: [Secret]
}

@Suite struct SecretTests {
    private static let hidden = "fox-and-owl"

    @Test func itIsRevealedOnlyOnRequest() {
        #expect(Secret(Self.hidden).reveal() == Self.hidden)
    }

    @Test func itPrintsAsDotsHoweverItIsWritten() {
        let secret = Secret(Self.hidden)
        var dumped = ""
        dump(secret, to: &dumped)
        var printed = ""
        print(secret, [secret], ["key": secret], to: &printed)
        debugPrint(secret, to: &printed)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret),
            "\(Optional(secret) as Any)", "\([secret])", dumped, printed,
        ]
        for text in texts {
            #expect(text.contains("•••"))
            #expect(!text.contains(Self.hidden))
        }
    }

    @Test func itStaysHiddenInsideOtherValues() {
        let secret = Secret(Self.hidden)
        let envelope = Envelope(secret: secret, perhaps: secret, many: [secret])
        var dumped = ""
        dump(envelope, to: &dumped)
        for text in ["\(envelope)", String(reflecting: envelope), dumped] {
            #expect(text.contains("envelope"))
            #expect(!text.contains(Self.hidden))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }
}
