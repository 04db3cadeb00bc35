import FoundationEssentials
import Testing
import Units

/// What a stranger sends costs the server no more than its length: every route that takes a body, with
/// the worst bodies that were found, at one size and at twice that.
///
/// Processor time of the server is what is compared, not time that passes: other work on the machine
/// does not count.
@Suite struct HostileBodyTests {
    /// Twice the bytes may cost this much more, at most: linear is 2.
    private static let ratioMax = 2.2
    /// Each is sent so often, or more often where the machine seems to be busy.
    private static let (roundsMin, roundsMax) = (2, 20)
    /// Below this, what a request costs whatever it holds hides how its cost grows.
    private static let measurable = 8_000_000

    /// Pieces that a body is filled with, and what stands around them.
    private static let shapes: [(name: String, head: String, piece: String, tail: String)] = [
        (
            "objects", #"{"model":"test/paid","prompt":"a","provider":{"options":{"x":["#, "{},",
            "0]}}}"
        ),
        (
            "texts", #"{"model":"test/paid","prompt":"a","provider":{"options":{"x":["#, #""","#,
            "0]}}}"
        ),
        (
            "chains", #"{"model":"test/paid","prompt":"a","provider":{"options":{"x":["#,
            String(repeating: #"{"a":"#, count: 50) + "1" + String(repeating: "}", count: 50) + ",",
            "0]}}}"
        ),
        ("numbers", #"{"model":"test/paid","prompt":"a","x":["#, "1234567.5,", "0]}"),
        ("escapes", #"{"model":"test/paid","prompt":""#, #"\u00e9\n"#, #""}"#),
        (
            "accents", #"{"prompt":"a","model":""#,
            "e" + String(repeating: "\u{301}\u{323}", count: 60), #""}"#
        ),
        ("metadata", #"{"model":"test/paid","prompt":"a","metadata":{"#, "MEMBER", #""z":"z"}}"#),
        ("members", "{", "MEMBER", #""model":"test/paid"}"#),
    ]

    private static func body(
        _ shape: (name: String, head: String, piece: String, tail: String), _ bytes: Int
    ) -> String {
        var text = shape.head
        var number = 0
        while text.utf8.count < bytes {
            number += 1
            text += shape.piece == "MEMBER" ? "\"m\(number)\":\"x\"," : shape.piece
        }
        return text + shape.tail
    }

    private static func ratio(_ costs: [Int]) -> Double {
        Double(costs[1]) / Double(max(costs[0], measurable))
    }

    /// Nanoseconds of processor time that all threads of a process have had.
    private static func processorTime(of pid: Int32) throws -> Int {
        let folder = "/proc/\(pid)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) { sum, task in
            // A thread may end in the meantime.
            let data = FileManager.default.contents(atPath: "\(folder)/\(task)/schedstat")
            let text = data.map { String(decoding: $0, as: UTF8.self) } ?? ""
            return sum + (text.split(separator: " ").first.flatMap { Int($0) } ?? 0)
        }
    }

    @Test(.timeLimit(.minutes(10))) func theWorstBodiesCostNoMoreThanTheirLength() async throws {
        let settings = ["ATELIER_READS_PER_MINUTE": "1000000"]
        try await Deployment.with(settings: settings) { deployment in
            let acme = try await deployment.customer(credits: "0.001")
            let server = try await deployment.serve()
            // It cannot pay, so nothing is drawn: what is measured is the reading.
            print("hostile bodies: route, body, processor time at one size and at twice that")
            for (method, path, bytes) in try await Self.routes(of: server) {
                for shape in Self.shapes {
                    let bodies = [bytes, 2 * bytes].map { Self.body(shape, $0) }
                    try await compare(on: server, "\(path) \(shape.name)") { size in
                        try await server.ask(
                            method, path, key: acme.adminKey, body: bodies[size])
                    }
                }
            }
        }
    }

    /// Forms, headers and queries have parsers of their own.
    @Test(.timeLimit(.minutes(10))) func formsHeadersAndQueriesCostNoMoreThanTheirLength()
        async throws
    {
        let settings = ["ATELIER_READS_PER_MINUTE": "1000000"]
        try await Deployment.with(settings: settings) { deployment in
            let acme = try await deployment.customer(credits: "0.001")
            let server = try await deployment.serve()
            func form(_ name: String, _ size: Int, _ content: (Int) -> String) async throws {
                let bodies = [size, 2 * size].map(content)
                try await compare(on: server, "/v1/images/edits \(name)") { index in
                    try await server.ask(
                        "POST", "/v1/images/edits", key: acme.adminKey, body: bodies[index],
                        headers: ["Content-Type": "multipart/form-data; boundary=b"])
                }
            }
            func part(_ name: String, _ content: String) -> String {
                "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(content)\r\n"
            }
            try await form("parts", 60) { count in
                (0..<count).map { part("p\($0)", String(repeating: "x", count: 500)) }.joined()
                    + "--b--\r\n"
            }
            // What is nearly the end of a part, over and over.
            try await form("boundaries", 400_000) { bytes in
                part("prompt", String(repeating: "\r\n--a", count: bytes / 5)) + "--b--\r\n"
            }
            try await form("file", 2_000_000) { bytes in
                part("image\"; filename=\"a.png", String(repeating: "\r\n-", count: bytes / 3))
                    + "--b--\r\n"
            }
            try await form("head", 3_000) { bytes in
                part("x\"; y=\"" + String(repeating: "\\\"", count: bytes / 2), "1") + "--b--\r\n"
            }
            try await compare(on: server, "headers") { index in
                let count = 40 * (index + 1)
                let headers = (0..<count).map { ("X-\($0)", String(repeating: "a, ", count: 20)) }
                return try await server.ask(
                    "GET", "/v1/generations", key: acme.adminKey,
                    headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }))
            }
            try await compare(on: server, "query") { index in
                let words = (0..<(200 * (index + 1))).map { "a\($0)=%41" }
                return try await server.ask(
                    "GET", "/api/v1/models?" + words.joined(separator: "&"), key: acme.adminKey)
            }
        }
    }

    /// Has `ask` send something of one size (0) and of twice that (1), and expects no more than twice
    /// the work.
    private func compare(
        on server: RunningServer, _ name: String, _ ask: (Int) async throws -> Reply?
    ) async throws {
        var costs = [Int.max, Int.max]
        var rounds = 0
        // What else the processor does only adds: the cheapest of several is the nearest.
        while rounds < Self.roundsMin
            || Self.ratio(costs) > Self.ratioMax && rounds < Self.roundsMax
        {
            rounds += 1
            for index in 0..<2 {
                let before = try Self.processorTime(of: server.program.pid)
                let reply = try await ask(index)
                #expect((reply?.status ?? 500) < 500, "\(name)")
                let after = try Self.processorTime(of: server.program.pid)
                costs[index] = min(costs[index], after - before)
            }
        }
        print("hostile bodies: \(name) \(costs[0] / 1000) µs \(costs[1] / 1000) µs")
        #expect(Self.ratio(costs) <= Self.ratioMax, "\(name) \(costs)")
    }

    /// Every operation that takes a body, by the server's own description, with a size of which twice is
    /// accepted.
    private static func routes(of server: RunningServer) async throws -> [(String, String, Int)] {
        let reply = try #require(try await server.ask("GET", "/openapi.json"))
        let document = try #require(JSONValue(json: Array(reply.body)))
        var routes: [(String, String, Int)] = []
        for (path, operations) in try #require(document["paths"]).members {
            for (method, operation) in operations.members where operation["requestBody"] != nil {
                let place = path.replacing("{id}", with: "019f0000-0000-7000-8000-000000000000")
                let bytes =
                    path.hasPrefix("/v1/webhooks")
                    ? 7_000 : path.hasPrefix("/v1/keys") ? 30_000 : 60_000
                routes.append((method.uppercased(), place, bytes))
            }
        }
        try #require(routes.count > 10)
        return routes.sorted { $0.1 < $1.1 }
    }
}
