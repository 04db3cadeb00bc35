internal import Glibc
internal import Threads

/// A relay on loopback between a client and the test server: it counts round trips, and loses
/// connections where a test wants them lost.
public final class Relay: Sendable {
    /// Where in the conversation the wire is cut.
    public enum Cut: Sendable {
        /// As the client's `n`th burst since now comes in; the server never sees it.
        case beforeBurst(Int)
        /// As the server answers the client's `n`th burst since now; the client never sees it.
        case afterBurst(Int)
        /// As the client sends these words; the server never sees them.
        case before(String)
        /// As the server answers these words; the client never sees it.
        case after(String)
    }

    struct State {
        var port: UInt16 = 0
        var bursts = 0
        var burstsAtCut = 0
        var cut: Cut?
        var isDown = false
        var conversations = 0
        /// Raised to end every conversation under way.
        var generation = 0
        var closed = false
    }

    private let listener: Int32
    private let upstream: UInt16
    private let target: String
    let state = Lock(State())

    /// A relay to the server that `url` names; `url` of this relay is the same through it.
    public init(to url: String) throws {
        guard let authority = url.firstRange(of: "127.0.0.1:"),
            let port = UInt16(url[authority.upperBound...].prefix { $0.isNumber })
        else { throw NoTestServer() }
        target = url
        upstream = port
        listener = Loopback.listen()
        let own = Loopback.port(of: listener)
        state.withLock { $0.port = own }
        Thread.start(name: "relay") { self.accept() }
    }

    /// The server's URL by way of this relay.
    public var url: String {
        let port = state.withLock { $0.port }
        return target.replacing("127.0.0.1:\(upstream)", with: "127.0.0.1:\(port)")
    }

    /// How often the client has spoken after the server: its round trips.
    public var roundTrips: Int { state.withLock { $0.bursts } }

    /// Cuts the wire once, at `cut`.
    public func cut(_ cut: Cut) {
        state.withLock {
            $0.cut = cut
            $0.burstsAtCut = $0.bursts
        }
    }

    /// Whether `cut` is still to come.
    public var isToCut: Bool { state.withLock { $0.cut != nil } }

    /// Connections that it relays at the moment.
    public var conversations: Int { state.withLock { $0.conversations } }

    /// Loses every connection, and lets no new one through until `goUp`.
    public func goDown() {
        state.withLock {
            $0.isDown = true
            $0.generation += 1
        }
    }

    /// Lets new connections through again.
    public func goUp() { state.withLock { $0.isDown = false } }

    /// Loses every connection for good.
    public func close() {
        state.withLock {
            $0.closed = true
            $0.generation += 1
        }
    }

    private func accept() {
        while !state.withLock({ $0.closed }) {
            guard Loopback.waitToRead(listener) else { continue }
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { continue }
            if state.withLock({ $0.isDown }) {
                Glibc.close(client)
                continue
            }
            state.withLock { $0.conversations += 1 }
            Thread.start(name: "relayed") { [self] in
                let server = Loopback.connect(upstream)
                Conversation(client: client, server: server, relay: self).run()
                Glibc.close(client)
                Glibc.close(server)
                state.withLock { $0.conversations -= 1 }
            }
        }
        Glibc.close(listener)
    }
}
