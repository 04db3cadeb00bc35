import HTTP

/// TLS before the first request.
extension Connection {
    /// Goes on with the handshake; once it is done the connection is as any other.
    func shakeHands() {
        guard let tls = socket.tls else { return }
        switch tls.shakeHands() {
        case .wouldBlock: break
        case .done:
            phase = .idle
            allow(limits.keepAlive)
            // What came behind the handshake made no edge of its own.
            isReadable = true
            readHead()
        case .plainHTTP:
            // Whoever wrote http:// for https:// reads why, in the clear.
            loop.counters.handshakesFailed.add()
            socket.tls = nil
            isHead = false
            refuse(.malformed("this port speaks HTTPS: the URL begins with https://"))
        case .failed:
            loop.counters.handshakesFailed.add()
            close()
        }
    }
}
