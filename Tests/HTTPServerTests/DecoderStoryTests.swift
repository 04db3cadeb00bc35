import HTTPServer
import Testing

/// Random streams of requests, broken in random ways and cut at random places.
@Suite struct DecoderStoryTests {
    @Test(arguments: 1...40) func howBytesAreCutDoesNotMatter(seed: Int) {
        var random = Dice(seed: UInt64(seed))
        for _ in 0..<50 {
            let bytes = Self.stream(&random)
            let whole = Transcript(bytes, cuts: [])
            let cuts = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }

            #expect(whole == Transcript(bytes, cuts: Array(0..<bytes.count)), "seed \(seed)")
            #expect(whole == Transcript(bytes, cuts: cuts.sorted()), "seed \(seed), \(cuts)")
            #expect(whole.excess == 0, "seed \(seed)")
        }
    }

    private static let parts = [
        "GET / HTTP/1.1\r\n", "POST /a?b HTTP/1.1\r\n", "GET /old HTTP/1.0\r\n", "Host: a\r\n",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
        "Expect: 100-continue\r\n", "X: y\r\n", "\r\n", "hello", "5\r\nhello\r\n", "0\r\n\r\n",
        "3;e=f\r\nabc\r\n", "0\r\nT: u\r\n\r\n", "\r", "\n", " ", "\t", ":", "\0",
    ]

    private static let requests = [
        "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: t\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
        "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\na;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
    ]

    private static func stream(_ random: inout Dice) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            if Int.random(in: 0..<4, using: &random) == 0 {
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes += (parts.randomElement(using: &random) ?? "").utf8
                }
            } else {
                bytes += (requests.randomElement(using: &random) ?? "").utf8
            }
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) { mutate(&bytes, &random) }
        return bytes
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout Dice) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes.removeSubrange(place...)
        }
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
