import HTTP
import Units

/// Bodies of requests: read when, and only when, a handler asks.
extension Connection {
    func requestBody(_ framing: Framing) -> RequestBody {
        let declared: Int?
        switch framing {
        case .none: return .empty
        case .declared(let count): declared = count
        case .chunked: declared = nil
        }
        let exchange = exchange
        let loop = loop
        return RequestBody(declaredBytes: declared) { () async throws(BodyFailure) -> [UInt8]? in
            let piece = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    loop.run { self.pull(exchange, continuation) }
                }
            } onCancel: {
                loop.run { self.stopPulling(exchange) }
            }
            return try piece.get()
        }
    }

    private func pull(
        _ exchange: UInt32,
        _ continuation: CheckedContinuation<Result<[UInt8]?, BodyFailure>, Never>
    ) {
        guard phase == .handling, exchange == self.exchange, !isAnswered else {
            continuation.resume(returning: .failure(.disconnected))
            return
        }
        switch body {
        case .done: continuation.resume(returning: .success(nil))
        case .failed(let failure): continuation.resume(returning: .failure(failure))
        case .open:
            precondition(puller == nil, "a body has one reader at a time")
            puller = continuation
            if awaitsContinue { sendContinue() }
            readBody()
        }
    }

    /// Whoever waits was cancelled. The body itself is as it was, and may be read on.
    private func stopPulling(_ exchange: UInt32) {
        if exchange == self.exchange { deliver(.failure(.disconnected)) }
    }

    /// Tells a peer that asked that its body is wanted. Not when it has not waited.
    private func sendContinue() {
        awaitsContinue = false
        if pending.isEmpty { send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
    }

    /// Reads until there is a piece for whoever waits, or nothing more to read.
    func readBody() {
        if !pending.isEmpty { gatherPending() }
        while puller != nil, isReadable {
            let count = receive()
            guard count > 0 else { continue }
            bodyPatience.moved(count, at: loop.now)
            gatherScratch(count)
        }
        if puller != nil { awaitBody() }
    }

    func awaitBody() {
        deadline = bodyPatience.wait(
            from: loop.now, atMost: limits.bodyProgress.milliseconds)
    }

    private func gatherScratch(_ count: Int) {
        let bytes = unsafe UnsafeBufferPointer(rebasing: loop.scratch[..<count])
        var used = 0
        let piece = unsafe gather(bytes.span, &used)
        if used < count {
            pending = unsafe Array(bytes[used...])
            pendingStart = 0
        }
        deliver(piece)
    }

    private func gatherPending() {
        // A copy of the reference: the decoder reads it while `pendingStart` moves.
        let bytes = pending
        let piece = gather(bytes.span, &pendingStart)
        releaseIfUsed()
        deliver(piece)
    }

    /// All of the body that `bytes` hold, as one piece however many chunks it came in.
    private func gather(_ bytes: Span<UInt8>, _ used: inout Int) -> [UInt8] {
        var piece: [UInt8] = []
        while true {
            switch decoder.next(bytes, used: &used) {
            case .body(let count):
                unsafe bytes.withUnsafeBufferPointer {
                    unsafe piece.append(contentsOf: $0[used - count..<used])
                }
            case .needMore: return piece
            case .end, .head:
                body = .done
                return piece
            case .refused(let failure):
                body = .failed(
                    failure.status == .contentTooLarge
                        ? .tooLarge(limitBytes: limits.bodyBytes) : .malformed(failure.reason))
                return piece
            }
        }
    }

    /// Hands over a piece, or, without one, the end if that is reached.
    private func deliver(_ piece: [UInt8]) {
        if !piece.isEmpty {
            deliver(.success(piece))
            return
        }
        switch body {
        case .open: break
        case .done: deliver(.success(nil))
        case .failed(let failure): deliver(.failure(failure))
        }
    }

    func deliver(_ result: Result<[UInt8]?, BodyFailure>) {
        guard let puller else { return }
        self.puller = nil
        if !isSending { deadline = .max }
        puller.resume(returning: result)
    }

    // MARK: Bodies that nobody read

    /// Whether the rest of the body is worth reading for the sake of the connection.
    var canDiscard: Bool {
        switch body {
        case .done: true
        case .failed: false
        // A peer told neither to go on nor to stop may or may not send its body.
        case .open where awaitsContinue: false
        case .open: (decoder.remainingBytes ?? .max) <= limits.discardBytes
        }
    }

    /// Throws the rest of the body away, then serves the next request.
    func discard() {
        phase = .discarding
        while case .open = body, phase == .discarding {
            if pending.isEmpty {
                guard isReadable else { break }
                keep(receive())
            } else {
                let bytes = pending
                _ = gather(bytes.span, &pendingStart)
                releaseIfUsed()
            }
        }
        guard phase == .discarding else { return }
        switch body {
        case .open: break
        case .done: serveNext()
        case .failed: linger()
        }
    }
}
