import Glibc
import HTTP
import HTTPServer
import Testing

/// Stopping in good order.
@Suite struct DrainTests {
    @Test func runningRequestsFinishAndIdleConnectionsEnd() async throws {
        let started = Signal()
        let go = Signal()
        let server = try makeServer(loops: 2) { request in
            if request.path == "/slow" {
                started.raise()
                await go.wait()
            }
            return .text("done")
        }
        let running = Task { await server.run() }
        try await onThread {
            let idle = try Peer(port: server.port)
            _ = try idle.get()
            let busy = try Peer(port: server.port)
            try busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(started.wait())
            running.cancel()
            #expect(try idle.atEnd())
            #expect(throws: Peer.Failure.self) { try Peer(port: server.port).get() }
            go.raise()
            let reply = try busy.reply()
            #expect(reply.text == "done")
            #expect(reply.headers["Connection"] == "close")
            #expect(try busy.atEnd())
        }
        await running.value
    }

    @Test func aRequestThatDoesNotFinishIsCancelled() async throws {
        var limits = Limits.patient
        limits.drain = .milliseconds(50)
        let started = Signal()
        let cancelled = Signal()
        let server = try makeServer(limits) { _ in
            started.raise()
            try? await Task.sleep(for: .seconds(1200))
            if Task.isCancelled { cancelled.raise() }
            return .text("late")
        }
        let running = Task { await server.run() }
        let peer = try await onThread {
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(started.wait())
            return peer
        }
        running.cancel()
        await running.value
        #expect(cancelled.count == 1)
        #expect(server.statistics.connectionsOpen == 0)
        peer.close()
    }

    @Test func aHandlerThatIgnoresCancellationIsLeftBehind() async throws {
        var limits = Limits.patient
        limits.drain = .milliseconds(20)
        limits.drainGrace = .milliseconds(20)
        let started = Signal()
        let go = Signal()
        let finished = Signal()
        let server = try makeServer(limits) { _ in
            started.raise()
            await Task.detached { await go.wait() }.value
            finished.raise()
            return .text("late")
        }
        let running = Task { await server.run() }
        let peer = try await onThread {
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(started.wait())
            return peer
        }
        running.cancel()
        await running.value
        #expect(finished.count == 0)
        go.raise()
        let isFinished = try await onThread { finished.wait() }
        #expect(isFinished)
        peer.close()
    }

    @Test func aServerCancelledBeforeItRunsReturns() async throws {
        let server = try makeServer(handler: echo)
        let running = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            await server.run()
        }
        await running.value
    }
}
