import HTTP

/// After the last answer: what the peer still sends is read, and thrown away.
///
/// RFC 9112, section 9.6: a server that closes while its peer is sending makes the kernel send a
/// reset, and the peer loses the answer. So we end our side, and read on within bounds.
extension Connection {
    /// Bytes thrown away in one turn, so that one fast sender does not hold up the loop.
    private static let drainedBytesPerTurn = 1024 * 1024

    /// Whether more of a body is to be expected: its request was answered, or refused, before it had
    /// all come. A peer that waits for `100 Continue` will not send it.
    var isStillSending: Bool {
        switch body {
        case .done, .failed(.disconnected): false
        case .open: !awaitsContinue
        case .failed: true
        }
    }

    /// Throws away what has come; closes once it is more than `Limits.lingerBytes`.
    func drainInput() {
        var turn = Self.drainedBytesPerTurn
        while phase == .lingering, isReadable {
            guard turn > 0 else {
                loop.runLater { self.drainInput() }
                return
            }
            let count = receive()
            turn -= count
            discardLeft -= count
            if discardLeft < 0 { close() }
        }
    }
}
