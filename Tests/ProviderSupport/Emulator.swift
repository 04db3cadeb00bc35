import HTTP
import HTTPServer
import Pictures
public import Providers
import Signing
import Threads
public import Units

/// A vendor on loopback: it speaks the vendor's wire format, refuses what the vendor refuses, and
/// counts what it was asked.
public final class Emulator: Sendable {
    /// What it takes for a credential, in two parts for who wants two.
    public static let credential = Secret("emulated-access:emulated-secret")
    /// Polls that a task takes before it is done.
    static let pollsOfATask = 2

    struct Task {
        var pollsLeft = Emulator.pollsOfATask
        var behaviour: Behaviour
        let begun = ContinuousClock.now

        var isRunning: Bool {
            if case .slow(let time) = behaviour { return begun.duration(to: .now) < time }
            return pollsLeft >= 0
        }
    }

    struct State {
        var script: [Behaviour] = []
        var tasks: [String: Task] = [:]
        var results: [String: Rules.Result] = [:]
        var pictures: [String: [UInt8]] = [:]
        var submissions = 0
        var accepted = 0
        var polls = 0
        var fetches = 0
        var complaints: [String] = []
        var credentialsAtPictures = 0
    }

    let name: String
    let rules: Rules
    let recordings: JSONValue
    let state = Lock(State())
    /// Where it listens; known once it does.
    private let address = Lock("")

    public struct Unknown: Error {
        let vendor: String
    }

    /// An emulation of the vendor that the catalogue calls `name`.
    init(of name: String) throws {
        guard let rules = Rules.of(name) else { throw Unknown(vendor: name) }
        self.name = name
        self.rules = rules
        recordings = try Checkout.recordings(of: name)
    }

    var base: String { address.withLock { $0 } }

    func listens(on port: UInt16) { address.withLock { $0 = "http://127.0.0.1:\(port)" } }

    /// The vendor, at this address.
    public var vendor: Vendor {
        get throws {
            guard var vendor = Vendor.named(name) else { throw Unknown(vendor: name) }
            vendor.base = base
            return vendor
        }
    }

    /// What the next submissions meet, in this order; after them it is the prompt that decides.
    public func will(_ behaviours: Behaviour...) {
        state.withLock { $0.script += behaviours }
    }

    /// Requests to begin something, refused ones too.
    public var submissions: Int { state.withLock { $0.submissions } }
    /// Those that the vendor took: what it would bill.
    public var accepted: Int { state.withLock { $0.accepted } }
    public var polls: Int { state.withLock { $0.polls } }
    public var fetches: Int { state.withLock { $0.fetches } }
    /// What was wrong with requests, in words.
    public var complaints: [String] { state.withLock { $0.complaints } }
    /// Times that a credential was shown to who serves pictures.
    public var credentialsAtPictures: Int { state.withLock { $0.credentialsAtPictures } }
}

/// Runs an emulation of the vendor that the catalogue calls `name` while `body` runs.
public func withEmulator(
    of name: String, _ body: @Sendable (Emulator) async throws -> Void
) async throws {
    let emulator = try Emulator(of: name)
    guard let address = SocketAddress("127.0.0.1:0") else { throw Emulator.Unknown(vendor: name) }
    let server = try HTTPServer(
        address: address, loops: 1,
        problem: { status, reason, _ in Response(status, body: .bytes(Array(reason.utf8))) },
        handler: { await emulator.answer($0) })
    emulator.listens(on: server.port)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await server.run() }
        defer { group.cancelAll() }
        try await body(emulator)
    }
}
