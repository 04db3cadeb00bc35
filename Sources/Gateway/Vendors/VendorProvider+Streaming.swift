import FoundationEssentials
import HTTP
import HTTPClient
import Providers
import Storage
import Units

/// Answers that show pictures while they are drawn.
extension VendorProvider {
    /// Reads the events of a call as they come, and shows what they show.
    func streamed(
        _ whole: OutgoingRequest, _ ask: Ask, _ credential: Secret?, show: Show?
    ) async throws(ProviderFailure) -> Providers.Progress {
        let (pieces, line) = AsyncStream.makeStream(of: [UInt8].self)
        var request = whole
        request.receive = .init { line.yield($0) }
        let asked = request
        async let response = result(of: asked, ending: line)
        var reader = ServerEventReader()
        var stream = PictureStream(of: ask, from: vendor)
        var failure: VendorFailure?
        var isTooLong = false
        for await piece in pieces where failure == nil && !isTooLong {
            do throws(VendorFailure) {
                guard let events = reader.take(piece) else {
                    isTooLong = true
                    continue
                }
                for event in events {
                    guard let view = try stream.take(event),
                        case .base64(let text) = view.picture,
                        let bytes = Base64Reader.decoded(text.utf8)
                    else { continue }
                    show?(
                        PartialPicture(
                            image: 0, index: view.index, bytes: bytes, size: ask.size))
                }
            } catch {
                failure = error
            }
        }
        let answer = try await response.get()
        guard !isTooLong else { throw .unsure("an event of its stream is too long") }
        return try understood(credential) { () throws(VendorFailure) in
            if let failure { throw failure }
            guard answer.status == .ok else {
                return try vendor.read(
                    Reply(
                        status: answer.status.rawValue, headers: answer.headers,
                        bytes: answer.body), of: ask)
            }
            return try stream.finish()
        }
    }

    private func result(
        of request: OutgoingRequest, ending line: AsyncStream<[UInt8]>.Continuation
    ) async -> Result<IncomingResponse, ProviderFailure> {
        defer { line.finish() }
        do throws(ProviderFailure) {
            return .success(try await answer(to: request))
        } catch {
            return .failure(error)
        }
    }
}
