import HTTP
import HTTPClient
import Pictures
import Providers
import Storage
import Threads
import Units

/// From a call to a vendor's answer, and to its pictures.
extension VendorProvider {
    func submit(
        _ ask: Ask, _ number: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> SubmittedPart {
        let credential = credentials[number]
        let (call, request) = try await prepared(ask, credential, by: deadline)
        let progress: Providers.Progress
        var texts: LongTexts?
        if call.isStreamed {
            progress = try await streamed(request, ask, credential, show: show)
        } else {
            let (reply, taken) = try await send(request, by: deadline)
            texts = taken
            progress = try understood(credential) { () throws(VendorFailure) in
                try vendor.read(reply, of: ask)
            }
        }
        switch progress {
        case .pending(let task, let next, _):
            return .begun(TaskPart(credential: number, task: task), next: next)
        case .done(let made):
            return .delivered(try await arrived(made, texts, by: deadline, isTask: false))
        }
    }

    /// The request of a call: masks are converted and pictures put into base64 for it, which is no work
    /// for an event loop.
    private func prepared(
        _ ask: Ask, _ credential: Secret?, by deadline: Timestamp
    ) async throws(ProviderFailure) -> (Providers.Call, OutgoingRequest) {
        do {
            return try await inputs.store.work { [self] in
                let call = try vendor.submit(ask, with: credential, at: clock.now)
                return (call, request(call, by: deadline))
            }
        } catch let failure as VendorFailure {
            throw ProviderFailure(
                credential.map { failure.hiding($0) } ?? failure, of: vendor)
        } catch {
            throw .busy(retryAfter: .seconds(1))
        }
    }

    /// What the vendor's words mean for the engine.
    func understood<Value>(
        _ credential: Secret?, _ read: () throws(VendorFailure) -> Value
    ) throws(ProviderFailure) -> Value {
        do throws(VendorFailure) {
            return try read()
        } catch {
            throw ProviderFailure(credential.map { error.hiding($0) } ?? error, of: vendor)
        }
    }

    func request(_ call: Providers.Call, by deadline: Timestamp) -> OutgoingRequest {
        let boundary =
            "atelier-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
        let content = call.content(boundary: boundary)
        var request = OutgoingRequest(
            call.method, call.url, headers: call.headers, body: content?.bytes ?? [])
        if let content { request.headers["Content-Type"] = content.type }
        if let credential = call.credential {
            request.headers[credential.header] = credential.value.reveal()
        }
        request.timeout = max(.milliseconds(1), min(call.timeout, deadline - clock.now))
        request.responseMaxBytes = call.responseMaxBytes
        return request
    }

    /// The answer, its pictures taken out of it.
    func send(
        _ request: OutgoingRequest, by deadline: Timestamp
    ) async throws(ProviderFailure) -> (Reply, LongTexts?) {
        let response = try await answer(to: request)
        let status = response.status.rawValue
        guard response.headers["Content-Type"]?.lowercased().contains("json") == true else {
            return (Reply(status: status, headers: response.headers, bytes: response.body), nil)
        }
        // Megabytes of it are read on a pool, and gone before the pictures are looked at.
        let texts = try await computed(by: deadline) {
            LongTexts(response.body, nonce: .random(in: .min ... .max))
        }
        return (Reply(status: status, headers: response.headers, bytes: texts.json), texts)
    }

    func answer(
        to request: OutgoingRequest
    ) async throws(ProviderFailure) -> IncomingResponse {
        do throws(HTTPClientFailure) {
            return try await client.send(request)
        } catch {
            if case .overloaded = error { throw .busy(retryAfter: .seconds(1)) }
            // Once it may have read the request, it may be drawing.
            throw error.isBeforeRequest ? .broken("\(error)") : .unsure("\(error)")
        }
    }

    /// Computes on a pool. What a vendor has answered is paid for, so a full pool is waited for.
    private func computed<Value: Sendable>(
        by deadline: Timestamp, _ compute: @escaping @Sendable () throws -> Value
    ) async throws(ProviderFailure) -> Value {
        do {
            return try await inputs.store.patiently(until: deadline, clock, .own, compute)
        } catch is WorkerPool.PoolFull {
            throw .unsure("the server was too busy to read its answer")
        } catch {
            throw .unsure("\(error)")
        }
    }

    // MARK: Pictures

    /// How often a result's address is tried, and the first pause: each next one is twice as long.
    private static let fetchesMax = 5
    private static let fetchPause: Duration = .milliseconds(200)

    /// Brings the pictures of finished work here. One that cannot be had is left out; when none can, a
    /// task is asked for again, for its addresses may be new ones then.
    func arrived(
        _ made: Made, _ texts: LongTexts?, by deadline: Timestamp, isTask: Bool
    ) async throws(ProviderFailure) -> Delivered {
        var delivered = Delivered([])
        var failure: ProviderFailure?
        for picture in made.pictures {
            do throws(ProviderFailure) {
                delivered.pictures.append(try await bytes(of: picture, texts, by: deadline))
            } catch {
                failure = error
            }
        }
        if let failure, delivered.pictures.isEmpty {
            throw isTask ? .broken("\(failure)") : .unsure("\(failure)")
        }
        if made.gridSide > 1 {
            let pictures = delivered.pictures
            let cut = try await computed(by: deadline) {
                try Self.cut(pictures, side: made.gridSide)
            }
            delivered.pictures = cut.flatMap(\.pictures)
            delivered.lostCredentials = cut.contains(where: \.lostCredentials)
        }
        delivered.usage = made.usage.believable
        delivered.revisedPrompt = made.revisedPrompt
        delivered.quality = made.quality
        delivered.background = made.background
        delivered.request = made.request.map { String($0.filter(\.isPlain).prefix(200)) }
        return delivered
    }

    private func bytes(
        of picture: PictureAt, _ texts: LongTexts?, by deadline: Timestamp
    ) async throws(ProviderFailure) -> [UInt8] {
        switch picture {
        case .bytes(let bytes): return bytes
        case .base64(let text):
            guard let bytes = (texts ?? LongTexts([], nonce: 0)).picture(text) else {
                throw .failed("its base64 is damaged")
            }
            return bytes
        case .url(let url):
            let call = try understood(nil) { () throws(VendorFailure) in try vendor.fetch(url) }
            return try await fetched(call, by: deadline)
        }
    }

    /// A result that is paid for: its address is tried again before it is given up.
    private func fetched(
        _ call: Providers.Call, by deadline: Timestamp
    ) async throws(ProviderFailure) -> [UInt8] {
        var failure = ProviderFailure.broken("its picture was not fetched")
        for attempt in 0..<Self.fetchesMax where clock.now < deadline {
            if attempt > 0 { await Uncancelled.pause(Self.fetchPause * (1 << (attempt - 1))) }
            do throws(ProviderFailure) {
                let response = try await answer(to: request(call, by: deadline))
                if response.status == .ok { return response.body }
                failure = .broken("its picture answers \(response.status.rawValue)")
            } catch {
                failure = error
            }
        }
        throw failure
    }
}

extension Character {
    /// Printable ASCII.
    fileprivate var isPlain: Bool { asciiValue.map { (0x21...0x7E).contains($0) } ?? false }
}

extension VendorProvider {
    /// The pictures of files that show `side` times as many beside each other. A file that is not whole
    /// is left out; when none is, the first one's fault is thrown.
    private static func cut(_ files: [[UInt8]], side: Int) throws -> [Cut] {
        let cut = files.map { file in Result { try Self.cut(file, side: side) } }
        let whole = cut.compactMap { try? $0.get() }  // thrown below when there is nothing else
        if whole.isEmpty { _ = try cut.first?.get() }
        return whole
    }

    private struct Cut: Sendable {
        let pictures: [[UInt8]]
        let lostCredentials: Bool
    }

    private static func cut(_ file: [UInt8], side: Int) throws -> Cut {
        let whole = try Picture.inspectWhole(file, limits: .foreign)
        let shown = try Picture.decodeShown(file, limits: .foreign)
        let pictures = try Grid.cut(shown.bitmap, side: side).map {
            try Picture.encode($0, as: .png, profile: shown.profile, isGenerated: true)
        }
        return Cut(pictures: pictures, lostCredentials: whole.hasCredentials)
    }
}
