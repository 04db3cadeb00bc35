import Glibc
import HTTP
import Units

/// Answers out.
extension Connection {
    /// Bodies up to this are copied behind their head and leave with one plain send; larger ones
    /// are sent from where they are.
    private static let copiedBytesMax = 16 * 1024
    /// Bytes of a file sent in one turn, so that one fast reader does not hold up the loop.
    private static let fileBytesPerTurn: Int64 = 1024 * 1024

    var isSending: Bool { !unsent.isEmpty || file != nil }

    /// Sends a whole answer, unless the exchange it belongs to is over.
    func answer(_ response: Response, _ exchange: UInt32) {
        guard mayAnswer(exchange) else {
            response.discard()
            return
        }
        isAnswered = true
        task = nil
        let sendsBody = !isHead && !response.isBodiless
        guard writeHead(response, framing(response)) else {
            response.discard()
            answerBroken()
            return
        }
        sending = .answer
        switch response.body {
        case .bytes(let bytes) where sendsBody: sendHead(with: bytes)
        case .file(let descriptor, let offset, let count) where sendsBody && count > 0:
            file = FilePiece(descriptor: descriptor, offset: offset, remaining: count)
            sendHead(with: [])
        default:
            response.discard()
            sendHead(with: [])
        }
    }

    func mayAnswer(_ exchange: UInt32) -> Bool {
        phase == .handling && exchange == self.exchange && !isAnswered
    }

    func framing(_ response: Response) -> BodyFraming {
        if response.isBodiless { return .unsaid }
        return switch response.body {
        case .empty: .length(0)
        case .bytes(let bytes): .length(Int64(bytes.count))
        case .file(_, _, let count): .length(max(0, count))
        case .stream: isOld ? .unsaid : .chunked
        }
    }

    /// Not what a server over TLS promises, where the answer is to somebody who has come in the clear.
    private var standing: StandingFields {
        shared.isSecure && socket.tls == nil ? .none : shared.standing
    }

    /// Puts the head into the loop's outgoing bytes; false when it must not be sent.
    func writeHead(_ response: Response, _ framing: BodyFraming) -> Bool {
        if case .unsaid = framing, !response.isBodiless { keepsAlive = false }
        keepsAlive = keepsAlive && canDiscard && !loop.isDraining && !isPeerClosed
        let connection: ConnectionField =
            keepsAlive ? (isOld ? .keepAlive : .goesOn) : .close
        loop.refreshDate()
        do {
            loop.outgoing.removeAll(keepingCapacity: true)
            try response.writeHead(
                to: &loop.outgoing, framing: framing, connection: connection,
                date: loop.date.line, standing: standing)
            return true
        } catch {
            return false
        }
    }

    /// The handler's answer could have been read as two: say that it was broken instead.
    func answerBroken() {
        keepsAlive = false
        isAnswered = false
        let problem = shared.problemBytes(.internalServerError, "the answer could not be sent", nil)
        let isSendable = writeHead(problem, framing(problem))
        answer(isSendable ? problem : Response(.internalServerError), exchange)
    }

    private func sendHead(with body: [UInt8]) {
        if body.count <= Self.copiedBytesMax {
            loop.outgoing += body
            sendOutgoing(more: file != nil)
        } else {
            sendParts(loop.outgoing, body, [])
        }
    }

    // MARK: Sending

    /// Sends `bytes` behind whatever is still unsent.
    func send(_ bytes: [UInt8]) {
        unsent.append(bytes[...])
        if unsent.count == 1 { flush() }
    }

    func sendOutgoing(more: Bool) {
        let bytes = loop.outgoing
        guard unsent.isEmpty else {
            unsent.append(bytes[...])
            return
        }
        switch socket.send(bytes[...], more: more) {
        case .moved(let count):
            loop.counters.bytesSent.add(count)
            if count < bytes.count { unsent = [bytes[count...]] }
            flush()
        case .wouldBlock:
            unsent = [bytes[...]]
            awaitReader()
        case .failed: close()
        }
    }

    func sendParts(_ first: [UInt8], _ second: [UInt8], _ third: [UInt8]) {
        if socket.tls != nil {
            // As few records as go.
            let joined = second.prefix(max(0, TLSSession.recordBytes - first.count))
            let rest = second.dropFirst(joined.count)
            unsent.append(first + joined + (rest.isEmpty ? third : []))
            if !rest.isEmpty { unsent += [rest, third[...]].filter { !$0.isEmpty } }
            flush()
            return
        }
        var sent = 0
        if unsent.isEmpty {
            switch socket.send(first, second, third) {
            case .moved(let count): sent = count
            case .wouldBlock: break
            case .failed:
                close()
                return
            }
        }
        loop.counters.bytesSent.add(sent)
        for part in [first, second, third] {
            let skipped = min(sent, part.count)
            sent -= skipped
            if skipped < part.count { unsent.append(part[skipped...]) }
        }
        flush()
    }

    private func awaitReader() {
        deadline = writePatience.wait(
            from: loop.now, atMost: limits.writeProgress.milliseconds)
    }

    /// Sends what the socket takes; when all is sent, what waited for that goes on.
    func flush() {
        while let first = unsent.first {
            switch socket.send(first, more: unsent.count > 1 || file != nil) {
            case .moved(let count):
                loop.counters.bytesSent.add(count)
                writePatience.moved(count, at: loop.now)
                if count == first.count {
                    unsent.removeFirst()
                } else {
                    unsent[0] = first.dropFirst(count)
                }
            case .wouldBlock:
                awaitReader()
                return
            case .failed:
                close()
                return
            }
        }
        if file != nil, !flushFile() { return }
        unsent = []
        sent()
    }

    /// Sends what the socket takes of the file; true once it is through.
    private func flushFile() -> Bool {
        var turn = Self.fileBytesPerTurn
        while let piece = file, piece.remaining > 0 {
            guard turn > 0 else {
                loop.runLater { if self.file != nil { self.flush() } }
                return false
            }
            switch socket.send(piece, countMax: turn) {
            case .moved(let count) where count > 0:
                loop.counters.bytesSent.add(count)
                writePatience.moved(count, at: loop.now)
                file?.offset += Int64(count)
                file?.remaining -= Int64(count)
                turn -= Int64(count)
            case .wouldBlock:
                awaitReader()
                return false
            // The file is shorter than it was said to be, and so the answer cannot be completed.
            case .moved, .failed:
                abort()
                return false
            }
        }
        closeFile()
        return true
    }

    private func sent() {
        deadline = .max
        let waited = sending
        sending = .nothing
        switch waited {
        case .nothing: if puller != nil { awaitBody() }
        case .answer: finish()
        case .piece(let continuation): continuation.resume(returning: true)
        }
    }

    /// The answer is with the kernel: on to the next request, or the end.
    private func finish() {
        task = nil
        guard keepsAlive else {
            linger()
            return
        }
        if case .open = body {
            allow(limits.bodyProgress)
            discard()
        } else {
            serveNext()
        }
    }

    func serveNext() {
        if loop.isDraining {
            linger()
            return
        }
        phase = .idle
        allow(limits.keepAlive)
        if isReadable || !pending.isEmpty { readHead() }
    }
}

extension Response {
    /// Lets go of a body that will not be sent.
    func discard() {
        if case .file(let descriptor, _, _) = body { close(descriptor) }
    }
}
