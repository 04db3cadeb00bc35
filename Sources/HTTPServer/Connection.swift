import CEpoll
import Glibc
import HTTP
import Units

/// One connection: requests in, answers out, one at a time and in order.
///
/// Touched on its loop's thread only. What it reads, writes and waits for is split over files:
/// requests in `Connection+Reading`, their bodies in `+Body`, answers in `+Answering`, streamed
/// ones in `+Streaming`.
final class Connection: @unchecked Sendable {
    enum Phase {
        /// TLS is being agreed upon; nothing of HTTP has come.
        case handshaking
        /// Between requests: nothing of the next one has come.
        case idle
        /// A part of a head has come.
        case head
        /// A handler runs, or its answer is on the way.
        case handling
        /// Answered; the rest of the request's body is being thrown away.
        case discarding
        /// Our last byte is sent; waiting for the peer's end.
        case lingering
        case closed
    }

    /// How far the body of the request at hand has been read.
    enum BodyState {
        case open, done
        case failed(BodyFailure)
    }

    /// What happens once everything handed over is sent.
    enum Sending {
        case nothing
        /// The answer is complete: on to the next request, or the end.
        case answer
        /// A streamed answer: whoever wrote waits here.
        case piece(CheckedContinuation<Bool, Never>)
    }

    let loop: EventLoop
    var socket: Socket
    let peer: IPAddress?
    /// Whether what the peer says about who called it is believed.
    let isProxy: Bool
    /// Tells this connection from others that had the same descriptor.
    let generation: UInt32
    var shared: Shared { loop.shared }
    var limits: Limits { loop.shared.limits }

    var phase: Phase
    /// When to `expire`, in the loop's milliseconds.
    var deadline: Int64

    // Reading. Events are edge triggered: `isReadable` remembers an edge until reading would block.
    var decoder: Decoder
    var isReadable = false
    var isPeerClosed = false
    /// Bytes read but not used, from `pendingStart` on. Empty, and so free, while idle.
    var pending: [UInt8] = []
    var pendingStart = 0
    /// Bytes still to be thrown away before it is not worth it.
    var discardLeft = 0
    /// How long the body at hand has kept us waiting.
    var bodyPatience = Patience()

    // The request at hand.
    /// Counts requests, so that a body or writer kept past its answer is recognised.
    var exchange: UInt32 = 0
    var task: Task<Void, Never>?
    var isHead = false
    var isOld = false
    var keepsAlive = false
    var isAnswered = false
    var awaitsContinue = false
    var body = BodyState.done
    var puller: CheckedContinuation<Result<[UInt8]?, BodyFailure>, Never>?

    // Writing.
    var unsent: [ArraySlice<UInt8>] = []
    var file: FilePiece?
    var sending = Sending.nothing
    /// How long the peer has kept us waiting with answers.
    var writePatience = Patience()
    /// Whether the end of our side is still to be said.
    var owesEnd = false

    init(on loop: EventLoop, _ socket: Socket, peer: IPAddress?, generation: UInt32) {
        self.loop = loop
        self.socket = socket
        self.peer = peer
        self.generation = generation
        isProxy = peer.map(loop.shared.trustedProxies.contains) ?? false
        decoder = Decoder(bounds: loop.shared.bounds)
        let isSecure = socket.tls != nil
        phase = isSecure ? .handshaking : .idle
        let limits = loop.shared.limits
        deadline = loop.now + (isSecure ? limits.header : limits.keepAlive).milliseconds
    }

    /// Sets the deadline to `duration` from now.
    func allow(_ duration: Duration) { deadline = loop.now + duration.milliseconds }

    func happened(_ events: Events) {
        if !events.isDisjoint(with: .broken) {
            close()
            return
        }
        var events = events
        if socket.tls != nil {
            if phase == .handshaking {
                if events.contains(.peerClosed) { isPeerClosed = true }
                shakeHands()
                return
            }
            // TLS may have to send before it can read, and to read before it can send.
            if !events.isDisjoint(with: [.readable, .writable]) {
                events.formUnion([.readable, .writable])
            }
            if owesEnd { endSending() }
        }
        if events.contains(.writable), isSending { flush() }
        if events.contains(.peerClosed) { isPeerClosed = true }
        if !events.isDisjoint(with: [.readable, .peerClosed]) {
            isReadable = true
            read()
        }
        // The peer will send no more. While a handler runs this is what hanging up looks like, so
        // the handler is cancelled, after what came before the end was read. Should it answer all
        // the same, a peer that still reads gets the answer.
        if isPeerClosed { task?.cancel() }
    }

    /// Reads on, if the phase wants bytes. Otherwise they stay where the peer feels them.
    func read() {
        switch phase {
        case .idle, .head: readHead()
        case .handling: if puller != nil { readBody() }
        case .discarding: discard()
        case .lingering: drainInput()
        case .handshaking, .closed: break
        }
    }

    /// The deadline has passed.
    func expire() {
        switch phase {
        case .head:
            isHead = false
            refuse(DecodingFailure(.requestTimeout, "the request head took too long"))
        case .handling where isSending: abort()
        case .handling:
            deadline = .max
            if puller != nil {
                body = .failed(.timedOut)
                deliver(.failure(.timedOut))
            }
        case .handshaking, .idle, .discarding, .lingering, .closed: close()
        }
    }

    /// Closes unless a request is on its way in or being answered: the server is stopping.
    func endIfIdle() {
        if phase == .idle || phase == .handshaking { close() }
    }

    /// Our side is done: says so, and waits for the peer to have read it.
    ///
    /// Closing at once with bytes unread would make the kernel send a reset, and a reset makes the
    /// peer lose an answer that it has not read yet.
    func linger() {
        phase = .lingering
        endSending()
        pending = []
        pendingStart = 0
        discardLeft = limits.lingerBytes
        allow(isStillSending && !loop.isDraining ? limits.lingerSending : limits.linger)
        drainInput()
    }

    func endSending() { owesEnd = !socket.finishSending() }

    /// Cuts the connection off with a reset, so that nobody takes a part for the whole.
    func abort() {
        guard phase != .closed else { return }
        cepoll_reset(socket.descriptor)
        close()
    }

    /// Ends everything at once: the socket, the handler's task and whoever waits for this peer.
    func close() {
        guard phase != .closed else { return }
        // Nobody waits for the peer to hear it.
        if phase == .idle { _ = socket.tls?.finish() }
        phase = .closed
        deadline = .max
        task?.cancel()
        task = nil
        pending = []
        pendingStart = 0
        unsent = []
        closeFile()
        deliver(.failure(.disconnected))
        let waiting = sending
        sending = .nothing
        if case .piece(let continuation) = waiting { continuation.resume(returning: false) }
        loop.release(self)
    }

    func closeFile() {
        if let file { Glibc.close(file.descriptor) }
        file = nil
    }
}
