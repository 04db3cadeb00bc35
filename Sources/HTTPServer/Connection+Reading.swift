import HTTP
import Units

/// Requests in.
extension Connection {
    /// Reads into the loop's scratch space and answers the count; 0 when there was nothing, or
    /// when the connection has ended and is closed by now.
    func receive() -> Int {
        // What is only thrown away need not be decrypted.
        let outcome =
            unsafe phase == .lingering
            ? socket.receiveRaw(into: loop.scratch) : socket.receive(into: loop.scratch)
        switch outcome {
        case .moved(let count) where count > 0:
            // A short read has emptied the socket: what comes later is a new edge. Not so when the
            // peer has ended, for the end itself is still to be read; nor with TLS, which reads
            // record by record.
            if unsafe count < loop.scratch.count, !isPeerClosed, socket.tls == nil {
                isReadable = false
            }
            loop.counters.bytesReceived.add(count)
            return count
        case .wouldBlock:
            isReadable = false
            return 0
        case .moved, .failed:
            isReadable = false
            ended()
            return 0
        }
    }

    /// The peer has sent its last byte. A running handler may still answer it.
    private func ended() {
        isPeerClosed = true
        if phase == .handling {
            if case .open = body { body = .failed(.disconnected) }
            deliver(.failure(.disconnected))
        } else {
            close()
        }
    }

    /// Reads heads until one is complete or the socket is empty.
    func readHead() {
        if !pending.isEmpty { decodePending() }
        while phase == .idle || phase == .head, isReadable {
            let count = receive()
            guard count > 0 else { continue }
            if pending.isEmpty {
                decodeScratch(count)
            } else {
                keep(count)
                decodePending()
            }
        }
        noteProgress()
    }

    /// Moves on to `head` with its first byte: from then on the time for it runs, however little
    /// comes.
    private func noteProgress() {
        if phase == .idle, !pending.isEmpty {
            phase = .head
            allow(limits.header)
        }
    }

    /// Adds the `count` bytes in the scratch space to those pending.
    func keep(_ count: Int) {
        if pendingStart > 0 {
            pending.removeSubrange(..<pendingStart)
            pendingStart = 0
        }
        unsafe pending.append(contentsOf: loop.scratch[..<count])
    }

    private func decodeScratch(_ count: Int) {
        let bytes = unsafe UnsafeBufferPointer(rebasing: loop.scratch[..<count])
        var used = 0
        let event = unsafe decoder.next(bytes.span, used: &used)
        if used < count {
            pending = unsafe Array(bytes[used...])
            pendingStart = 0
        }
        act(on: event)
    }

    private func decodePending() {
        let event = decoder.next(pending.span, used: &pendingStart)
        releaseIfUsed()
        act(on: event)
    }

    func releaseIfUsed() {
        if pendingStart == pending.count {
            pending = []
            pendingStart = 0
        }
    }

    private func act(on event: Decoder.Event) {
        switch event {
        case .needMore: break
        case .head(let head): begin(head)
        case .refused(let failure):
            isHead = false
            refuse(failure)
        case .body, .end: preconditionFailure("a body belongs to a request being handled")
        }
    }

    private func begin(_ head: RequestHead) {
        phase = .handling
        deadline = .max
        exchange &+= 1
        isHead = head.method == "HEAD"
        isOld = head.isOld
        keepsAlive = head.keepsAlive
        isAnswered = false
        awaitsContinue = head.expectsContinue
        loop.counters.requests.add()
        if case .declared(let count) = head.framing, count > limits.bodyBytes {
            refuse(DecodingFailure(.contentTooLarge, "the body is too large", path: head.path))
            return
        }
        body = head.framing == .none ? .done : .open
        bodyPatience = Patience()
        handle(
            Request(
                method: head.method, path: head.path, query: head.query, headers: head.headers,
                body: requestBody(head.framing), peer: caller(head.headers)))
    }

    /// Who calls: the peer, or whom a proxy of ours names.
    private func caller(_ headers: Headers) -> IPAddress? {
        guard isProxy, let peer else { return peer }
        return headers.caller(before: peer, trusting: shared.trustedProxies)
    }

    /// Calls the handler in a task of its own on this loop, and sends what it answers.
    private func handle(_ request: Request) {
        let exchange = exchange
        let loop = loop
        loop.handlersRunning += 1
        task = Task(executorPreference: loop) { [shared] in
            let response = await shared.handler(request)
            if case .stream(let write) = response.body {
                await self.stream(response, write, exchange)
            } else {
                self.answer(response, exchange)
            }
            loop.handlersRunning -= 1
        }
    }

    /// Answers by itself what is no acceptable request, and ends the connection.
    func refuse(_ failure: DecodingFailure) {
        loop.counters.requestsRefused.add()
        phase = .handling
        deadline = .max
        exchange &+= 1
        isAnswered = false
        keepsAlive = false
        body = .failed(.malformed(failure.reason))
        answer(shared.problemBytes(failure.status, failure.reason, failure.path), exchange)
    }
}
