import Gateway
import HTTP
import Signing
import Threads
import Units

/// How a dialect tells what happens while pictures are drawn.
protocol ImageEvents: Sendable {
    /// A picture as far as it is drawn.
    func partial(_ picture: PartialPicture, at now: Timestamp) -> ServerSentEvent
    /// One of the pictures, done.
    func completed(_ finished: FinishedGeneration, image: Int) -> ServerSentEvent
    /// It ended otherwise.
    func failed(_ refusal: Refusal) -> ServerSentEvent
    /// What follows the last event; empty where the end of the body says enough.
    var ending: String { get }
}

/// One event of a stream (WHATWG HTML, section 9.2). It always carries data: clients choke on one
/// that does not.
struct ServerSentEvent: Sendable {
    /// Nil where clients know events by their data alone.
    let name: String?
    let data: JSON
    /// Bytes of pictures in it.
    let imageBytes: Int

    /// The frame: JSON has no line breaks, so one line of data holds it.
    var bytes: [UInt8] {
        var bytes = Array((name.map { "event: \($0)\n" } ?? "").utf8)
        bytes += "data: ".utf8
        data.write(into: &bytes)
        bytes += "\n\n".utf8
        return bytes
    }
}

extension Application {
    /// Nothing said for so long, a comment tells proxies and clients that the stream is alive.
    private static let keepAlive: Duration = .seconds(10)
    /// Views that wait to be sent; past it the oldest are left out. Pictures that are done never are.
    private static let viewsMax = 64

    /// Makes images and tells of them as they come to be. What is refused before it begins is an
    /// ordinary error.
    ///
    /// The generation runs in a task of its own, so that a caller who leaves changes nothing: it
    /// ends, and is charged once.
    func streamed(
        _ request: GenerationRequest, for key: ShownKey, claim: IdempotencyClaim?,
        as events: any ImageEvents, of id: String
    ) async throws -> Response {
        let (feed, line) = AsyncStream.makeStream(
            of: StreamNews.self, bufferingPolicy: .bufferingNewest(Self.viewsMax))
        let making = Task { [engine] in
            let result: Result<FinishedGeneration, any Error>
            do {
                let watcher = Watcher(
                    admitted: { line.yield(.admitted($0)) }, show: { line.yield(.partial($0)) })
                let answer = try await engine.generate(
                    request, for: key.hash, in: key.mode, claim: claim, watcher: watcher)
                guard case .finished(let finished) = answer else { throw Self.goesOn }
                result = .success(finished)
            } catch {
                result = .failure(error)
            }
            line.yield(.ended(result))
            line.finish()
        }
        var news = feed.makeAsyncIterator()
        let first = await news.next()
        if case .ended(.failure(let error)) = first { throw error }
        var response = Response(
            .ok,
            headers: [
                "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache",
                "X-Accel-Buffering": "no",
            ])
        switch first {
        case .ended(.success(let finished)) where finished.replayed: response = response.replayed()
        case .admitted(let limits):
            response = response.telling(limits, in: request.dialect.errors, at: clock.now)
        default: break
        }
        response.body = .stream { writer in
            do {
                if let first { try await send(first, to: writer, as: events, of: id) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        while true {
                            try await Task.sleep(for: Self.keepAlive)
                            line.yield(.silence)
                        }
                    }
                    for await event in feed {
                        try await send(event, to: writer, as: events, of: id)
                    }
                    group.cancelAll()
                }
                await making.value
                if !events.ending.isEmpty { try await writer.write(Array(events.ending.utf8)) }
            } catch {
                // The caller has left. Its pictures are made all the same, and the server does not
                // stop before they are.
                await making.value
                throw error
            }
        }
        return response
    }

    private func send(
        _ news: StreamNews, to writer: BodyWriter, as events: any ImageEvents, of id: String
    ) async throws {
        switch news {
        case .admitted: return
        case .silence: try await writer.write(Array(": keep-alive\n\n".utf8))
        case .partial(let picture):
            try await send(events.partial(picture, at: clock.now), to: writer)
        case .ended(.success(let finished)):
            for image in finished.images.indices {
                try await send(events.completed(finished, image: image), to: writer)
            }
        case .ended(.failure(let error)):
            try await send(events.failed(refusal(for: error, request: id)), to: writer)
        }
    }

    private func send(_ event: ServerSentEvent, to writer: BodyWriter) async throws {
        try await writer.write(await written(event.imageBytes) { event.bytes })
    }

    private static let goesOn = Refusal(
        .interrupted,
        "The server stops; the generation goes on elsewhere. GET /v1/generations shows how it ends."
    )
}

/// What there is to tell.
private enum StreamNews: Sendable {
    /// From here on it ends, and an error is an event.
    case admitted([LimitReading])
    case partial(PartialPicture)
    case ended(Result<FinishedGeneration, any Error>)
    /// Nothing for a while.
    case silence
}
