import HTTP

/// Answers whose end is not known when they begin.
extension Connection {
    /// Sends a streamed answer: its head at once, then each piece as it is written.
    func stream(
        _ response: Response, _ write: @Sendable (BodyWriter) async throws -> Void,
        _ exchange: UInt32
    ) async {
        let sendsBody = !isHead && !response.isBodiless
        guard sendsBody else {
            var headOnly = response
            if response.isBodiless { headOnly.body = .empty }
            answer(headOnly, exchange)
            return
        }
        guard mayAnswer(exchange) else { return }
        isAnswered = true
        guard writeHead(response, framing(response)) else {
            answerBroken()
            return
        }
        sendOutgoing(more: false)
        let loop = loop
        do {
            try await write(
                BodyWriter { piece in
                    let isSent = await withCheckedContinuation { continuation in
                        loop.run { self.send(piece, exchange, continuation) }
                    }
                    guard isSent else { throw CancellationError() }
                })
            endStream(exchange)
        } catch {
            if exchange == self.exchange { abort() }
        }
    }

    private func send(
        _ piece: [UInt8], _ exchange: UInt32, _ continuation: CheckedContinuation<Bool, Never>
    ) {
        guard phase == .handling, exchange == self.exchange, isAnswered else {
            continuation.resume(returning: false)
            return
        }
        if case .piece = sending {
            preconditionFailure("a streamed answer has one writer at a time")
        }
        // An empty chunk would end the body.
        guard !piece.isEmpty else {
            continuation.resume(returning: true)
            return
        }
        sending = .piece(continuation)
        if isOld {
            sendParts([], piece, [])
        } else {
            var size: [UInt8] = []
            size.append(hexadecimal: piece.count)
            size.append(text: "\r\n")
            sendParts(size, piece, [.carriageReturn, .lineFeed])
        }
    }

    private func endStream(_ exchange: UInt32) {
        guard phase == .handling, exchange == self.exchange else { return }
        if case .piece = sending { preconditionFailure("a stream ended while a piece was written") }
        sending = .answer
        if isOld { flush() } else { send(Array("0\r\n\r\n".utf8)) }
    }
}
