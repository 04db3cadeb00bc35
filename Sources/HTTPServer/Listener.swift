import CEpoll
import Glibc
import HTTP
import Synchronization
import Units

/// The one listening socket. The first loop accepts for all and gives each connection to the loop
/// that has fewest.
///
/// `SO_REUSEPORT` would let every loop accept, but the kernel spreads by hash: of 64 connections
/// on two loops one easily gets 40. It also lets a second process take half of the port silently.
final class Listener: @unchecked Sendable {
    /// Connections accepted in one turn, so that a flood of them does not hold up those served.
    private static let acceptsPerTurn = 128

    let descriptor: Int32
    private let loops: [EventLoop]
    private let shared: Shared
    /// The loop that accepts. It owns the listener until it is told to drain, which ends the cycle.
    private var loop: EventLoop { loops[0] }
    /// Whether the system was out of descriptors or memory: accepting resumes at the next sweep.
    private(set) var isPaused = false
    private var isOpen = true

    init(_ descriptor: Int32, for loops: [EventLoop]) {
        self.descriptor = descriptor
        self.loops = loops
        shared = loops[0].shared
    }

    /// The port that the system bound it to.
    var port: UInt16 { UInt16(clamping: cepoll_port(descriptor)) }

    /// Takes connections that wait, up to a turn's worth.
    func accept() {
        for _ in 0..<Self.acceptsPerTurn {
            guard isOpen, acceptOne() else { return }
        }
    }

    private func acceptOne() -> Bool {
        var address = cepoll_address()
        let accepted = unsafe cepoll_accept(descriptor, &address)
        switch -accepted {
        case EAGAIN: return false
        // The peer gave up while it waited, or its network did: nothing of ours.
        case ECONNABORTED, EINTR, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT:
            return true
        case _ where accepted < 0:
            // Out of descriptors or memory: those that wait go on waiting in the backlog.
            isPaused = true
            loop.pauseListening()
            return false
        default: break
        }
        shared.accepted.add()
        let peer = IPAddress(address)
        if let reason = shared.refusal(of: peer) {
            refuse(accepted, reason)
        } else {
            give(accepted, peer: peer)
        }
        return true
    }

    private func give(_ accepted: Int32, peer: IPAddress?) {
        let counts = loops.map { $0.counters.connections.load(ordering: .relaxed) }
        let least = counts.indices.min { counts[$0] < counts[$1] } ?? 0
        let loop = loops[least]
        shared.took(peer, loop: loop)
        loop.run { loop.adopt(accepted, peer: peer) }
    }

    /// Answers 503 as well as goes without waiting: whoever is over the cap must cost nothing.
    private func refuse(_ accepted: Int32, _ reason: String) {
        defer { Glibc.close(accepted) }
        // What is said before a handshake is nothing that the peer could read.
        if shared.isSecure { return }
        loop.refreshDate()
        let answer = shared.problemBytes(.serviceUnavailable, reason, nil)
        var bytes: [UInt8] = []
        // A problem that cannot be written leaves only the closing.
        if case .bytes(let body) = answer.body,
            (try? answer.writeHead(
                to: &bytes, framing: .length(Int64(body.count)), connection: .close,
                date: loop.date.line, standing: shared.standing))
                != nil
        {
            bytes += body
            _ = Socket(descriptor: accepted).send(bytes[...])
        }
        shutdown(accepted, Int32(SHUT_WR))
    }

    /// Tries again after `isPaused`.
    func resume() {
        guard isPaused, isOpen else { return }
        isPaused = false
        loop.resumeListening()
    }

    /// Takes no more. What waits in the backlog is reset by the kernel, and may ask elsewhere.
    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }

    deinit { close() }
}

extension IPAddress {
    /// The address behind a socket; nil when it has none.
    fileprivate init?(_ address: cepoll_address) {
        let count = Int(address.count)
        let read = unsafe withUnsafeBytes(of: address.bytes) {
            unsafe Self(bytes: $0.prefix(count))
        }
        guard let read else { return nil }
        self = read.normalised
    }
}
