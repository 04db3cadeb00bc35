import HTTP
import HTTPClient
import Pictures
import Providers
import Storage
import Units

/// From a call to a vendor's answer, and to its pictures.
extension VendorProvider {
    func submit(
        _ ask: Ask, _ credential: Secret?, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        let prepared = try await prepared { [vendor, clock] in
            try vendor.submit(ask, with: credential, at: clock.now)
        }
        guard prepared.isStreamed else {
            let (reply, texts) = try await send(prepared, credential, by: deadline)
            let progress = try understood(credential) { () throws(VendorFailure) in
                try vendor.read(reply, of: ask)
            }
            return try await arrived(progress, texts, credential, by: deadline)
        }
        let answer = try await streamed(prepared, ask, credential, by: deadline, show: show)
        return try await arrived(answer, nil, credential, by: deadline)
    }

    func poll(
        _ task: String, _ credential: Secret?, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        let call = try understood(credential) { () throws(VendorFailure) in
            try vendor.poll(task, with: credential, at: clock.now)
        }
        let (reply, texts) = try await send(call, credential, by: deadline)
        let progress = try understood(credential) { () throws(VendorFailure) in
            try vendor.readPoll(reply, of: task)
        }
        return try await arrived(progress, texts, credential, by: deadline)
    }

    /// A call that may have to convert a mask, which is no work for an event loop.
    private func prepared(
        _ make: @escaping @Sendable () throws -> Providers.Call
    ) async throws(ProviderFailure) -> Providers.Call {
        do {
            return try await inputs.store.work { try make() }
        } catch let failure as VendorFailure {
            throw ProviderFailure(failure, of: vendor)
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

    func request(
        _ call: Providers.Call, by deadline: Timestamp
    ) -> OutgoingRequest {
        let boundary =
            "atelier-\(UInt64.random(in: .min ... .max))\(UInt64.random(in: .min ... .max))"
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

    private func send(
        _ call: Providers.Call, _ credential: Secret?, by deadline: Timestamp
    ) async throws(ProviderFailure) -> (Reply, LongTexts?) {
        let response = try await answer(to: request(call, by: deadline))
        let type = response.headers["Content-Type"]?.lowercased() ?? ""
        guard type.contains("json") else {
            return (
                Reply(
                    status: response.status.rawValue, headers: response.headers,
                    bytes: response.body), nil
            )
        }
        do {
            // Megabytes of it are read on a pool, and gone before the pictures are looked at.
            let texts = try await inputs.store.work {
                LongTexts(response.body, nonce: .random(in: .min ... .max))
            }
            return (
                Reply(
                    status: response.status.rawValue, headers: response.headers, bytes: texts.json),
                texts
            )
        } catch {
            throw .broken("the server was too busy to read its answer")
        }
    }

    func answer(
        to request: OutgoingRequest
    ) async throws(ProviderFailure) -> IncomingResponse {
        do throws(HTTPClientFailure) {
            return try await client.send(request)
        } catch {
            switch error {
            case .overloaded: throw .busy(retryAfter: .seconds(1))
            default: throw .broken("\(error)")
            }
        }
    }

    /// Brings the pictures of finished work here.
    private func arrived(
        _ progress: Providers.Progress, _ texts: LongTexts?, _ credential: Secret?,
        by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        switch progress {
        case .pending(let task, let next, let percent):
            return .pending(task: task, next: next, percent: percent)
        case .done(let made):
            var delivered = Delivered([])
            for picture in made.pictures {
                delivered.pictures.append(try await bytes(of: picture, texts, by: deadline))
            }
            if made.gridSide > 1 {
                delivered.pictures = try await cut(delivered.pictures, made.gridSide)
            }
            delivered.usage = made.usage
            delivered.request = made.request
            return .done(delivered)
        }
    }

    private func bytes(
        of picture: PictureAt, _ texts: LongTexts?, by deadline: Timestamp
    ) async throws(ProviderFailure) -> [UInt8] {
        switch picture {
        case .bytes(let bytes): return bytes
        case .base64(let text):
            let texts = texts ?? LongTexts([], nonce: 0)
            guard let bytes = texts.picture(text) else {
                throw .failed("its base64 is damaged")
            }
            return bytes
        case .url(let url):
            let call = try understood(nil) { () throws(VendorFailure) in try vendor.fetch(url) }
            let response = try await answer(to: request(call, by: deadline))
            guard response.status.rawValue == 200 else {
                throw .broken("its picture answers \(response.status.rawValue)")
            }
            return response.body
        }
    }

    private func cut(
        _ pictures: [[UInt8]], _ side: Int
    ) async throws(ProviderFailure) -> [[UInt8]] {
        do {
            return try await inputs.store.work {
                try pictures.flatMap { picture in
                    try Grid.cut(Picture.decode(picture), side: side).map {
                        try Picture.encode($0, as: .png)
                    }
                }
            }
        } catch {
            throw .failed("its grid cannot be cut: \(error)")
        }
    }
}

extension VendorFailure {
    /// What it says, with a full stop.
    fileprivate var sentence: String {
        message.last.map { ".!?".contains($0) } == true ? message : message + "."
    }
}

extension ProviderFailure {
    /// The engine's word for a vendor's failure.
    init(_ failure: VendorFailure, of vendor: Vendor) {
        let said = "\(failure.kind.rawValue): \(failure.message)"
        switch failure.kind {
        case .badRequest:
            self = .refused(
                Refusal(
                    .invalidValue,
                    "\(vendor.title) refused the request: \(failure.sentence) Nothing was charged.",
                    field: failure.field))
        case .moderated:
            self = .refused(
                Refusal(
                    .moderated,
                    "The request was refused by \(vendor.title)'s safety system. Nothing was charged.",
                    field: "prompt"))
        case .operatorAuth, .operatorFunds, .modelGone: self = .out(said)
        case .rateLimited: self = .busy(retryAfter: failure.retryAfter)
        case .overloaded, .timeout: self = .broken(said)
        case .noImage, .malformed:
            // What has ended or was never begun can be asked for again; what runs is asked on.
            self = failure.acceptance == .running ? .broken(said) : .failed(said)
        }
    }
}
