import Glibc
import HTTP
import HTTPServer
import Testing
import Threads

/// Waits that end, and peers that go.
@Suite struct DeadlineTests {
    private static func limits(_ path: WritableKeyPath<Limits, Duration>) -> Limits {
        var limits = Limits.patient
        limits[keyPath: path] = .milliseconds(100)
        return limits
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await withServer(Self.limits(\.keepAlive), handler: echo) { server in
            let fresh = try Peer(port: server.port)
            let used = try Peer(port: server.port)
            _ = try used.get()
            #expect(try fresh.atEnd())
            #expect(try used.atEnd())
        }
    }

    @Test func aHeadThatTricklesInIsRefused() async throws {
        try await withServer(Self.limits(\.header), handler: echo) { server in
            let peer = try Peer(port: server.port)
            // Every byte is progress, and none of it buys time.
            Thread.start(name: "loris") {
                for byte in "GET / HTTP/1.1\r\n".utf8 + Array(repeating: 88, count: 1000) {
                    if (try? peer.send([byte])) == nil { return }
                    usleep(5000)
                }
            }
            #expect(try peer.reply().status == 408)
            #expect(server.statistics.requests == 0)
        }
    }

    @Test func aBodyThatStallsIsGivenUp() async throws {
        try await withServer(Self.limits(\.bodyProgress), handler: echo) { server in
            let peer = try Peer(port: server.port)
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
            let reply = try peer.reply()
            #expect(reply.status == 408)
            #expect(reply.headers["Connection"] == "close")
        }
    }

    @Test func aBodyThatTricklesInIsGivenUp() async throws {
        try await withServer(Self.limits(\.bodyProgress), handler: echo) { server in
            let peer = try Peer(port: server.port)
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n")
            // Every byte is progress, and buys no more time than it may take.
            Thread.start(name: "trickle") {
                for _ in 0..<2000 {
                    if (try? peer.send([88])) == nil { return }
                    usleep(20_000)
                }
            }
            #expect(try peer.reply().status == 408)
        }
    }

    @Test func aBodyThatIsSlowButComesIsRead() async throws {
        try await withServer(Self.limits(\.bodyProgress), handler: echo) { server in
            let isRead = keepingPace(within: .milliseconds(50)) { step in
                let peer = try Peer(port: server.port)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n")
                // Four times as long in all as a body may stand still.
                for _ in 0..<40 {
                    try peer.send([UInt8](repeating: 88, count: 100))
                    step()
                    usleep(10_000)
                }
                return try peer.reply().status == 200
            }
            #expect(isRead)
        }
    }

    @Test func aSlowHandlerIsNotHurried() async throws {
        var limits = Limits.patient
        limits.keepAlive = .milliseconds(40)
        limits.header = .milliseconds(40)
        limits.bodyProgress = .milliseconds(40)
        limits.writeProgress = .milliseconds(40)
        try await withServer(
            limits,
            handler: { request in
                try? await Task.sleep(for: .milliseconds(200))
                return .text("\(Task.isCancelled)")
            }
        ) { server in
            // The handler alone is slower than any limit.
            let isAnswered = keepingPace(within: .milliseconds(20)) { step in
                let peer = try Peer(port: server.port)
                try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                step()
                return try peer.reply().text == "false"
            }
            #expect(isAnswered)
        }
    }

    @Test(arguments: [false, true])
    func aReaderThatStopsIsCutOff(isStream: Bool) async throws {
        let ended = Signal()
        let big = [UInt8](repeating: 70, count: 20_000_000)
        try await withServer(
            Self.limits(\.writeProgress),
            handler: { _ in
                guard isStream else { return Response(.ok, body: .bytes(big)) }
                return Response(
                    .ok,
                    body: .stream { writer in
                        defer { ended.raise() }
                        try await writer.write(big)
                    })
            }
        ) { server in
            let peer = try Peer(port: server.port, receiveBytes: 4096)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try peer.take(100)
            #expect(eventually { server.statistics.connectionsOpen == 0 })
            if isStream { #expect(ended.wait()) }
        }
    }

    @Test(arguments: ["close", "reset", "half"])
    func aHandlerIsCancelledWhenItsPeerGoes(how: String) async throws {
        let started = Signal()
        let cancelled = Signal()
        try await withServer(handler: { _ in
            started.raise()
            try? await Task.sleep(for: .seconds(1200))
            if Task.isCancelled { cancelled.raise() }
            return .text("late")
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(started.wait())
            switch how {
            case "close": peer.close()
            case "reset": peer.reset()
            default: peer.finishSending()
            }
            #expect(cancelled.wait())
            // A peer that has only ended its own side still gets what the handler made of it.
            if how == "half" {
                #expect(try peer.reply().text == "late")
                #expect(try peer.atEnd())
            }
            #expect(eventually { server.statistics.connectionsOpen == 0 })
        }
    }

    @Test func aPeerThatGoesWithBytesUnreadIsNoticed() async throws {
        let started = Signal()
        let cancelled = Signal()
        try await withServer(handler: { _ in
            started.raise()
            try? await Task.sleep(for: .seconds(1200))
            if Task.isCancelled { cancelled.raise() }
            return .text("late")
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n")
            try peer.send([UInt8](repeating: 71, count: 15_000))
            #expect(started.wait())
            peer.close()
            #expect(cancelled.wait())
        }
    }

    @Test func aBodyWhosePeerGoesIsDisconnected() async throws {
        let failures = Lock<[BodyFailure]>([])
        try await withServer(handler: { request in
            do throws(BodyFailure) {
                while try await request.body.next() != nil {}
            } catch {
                failures.withLock { $0.append(error) }
            }
            return .text("")
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
            #expect(eventually { server.statistics.requests == 1 })
            peer.close()
            #expect(eventually { failures.withLock { $0 } == [.disconnected] })
        }
    }

    @Test func aWholeBodyBeforeAHalfCloseIsRead() async throws {
        try await withServer(handler: echo) { server in
            let body = String(repeating: "b", count: 500_000)
            let peer = try Peer(port: server.port)
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n\(body)")
            peer.finishSending()
            #expect(try peer.reply().text == "POST / \(body)")
        }
    }

    @Test func aWriterLearnsThatItsPeerIsGone() async throws {
        let errors = Lock<[String]>([])
        try await withServer(handler: { _ in
            Response(
                .ok,
                body: .stream { writer in
                    do {
                        while true { try await writer.write([UInt8](repeating: 72, count: 50_000)) }
                    } catch {
                        errors.withLock { $0.append("\(type(of: error))") }
                        throw error
                    }
                })
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try peer.take(100_000)
            peer.close()
            #expect(eventually { errors.withLock { $0 } == ["CancellationError"] })
        }
    }

    @Test func aCancelledReaderStopsWaiting() async throws {
        try await withServer(handler: { request in
            let isStopped = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do throws(BodyFailure) {
                        _ = try await request.body.next()
                        return false
                    } catch {
                        return true
                    }
                }
                try? await Task.sleep(for: .milliseconds(20))
                group.cancelAll()
                return await group.next() ?? false
            }
            return .text("\(isStopped)")
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
            #expect(try peer.reply().text == "true")
        }
    }
}
