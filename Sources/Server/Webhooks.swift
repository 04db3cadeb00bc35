import Gateway
import HTTP
import HTTPClient
import Units

extension WebhookSender {
    /// Sends over the network, to addresses that `client` may reach.
    static func over(_ client: HTTPClient, _ filter: AddressFilter) -> WebhookSender {
        WebhookSender(
            refusal: { url in filter.refusal(ofURL: url).map { "\($0)" } },
            post: { post in await send(post, over: client) })
    }

    private static func send(_ post: WebhookPost, over client: HTTPClient) async -> WebhookReply {
        var headers = Headers()
        for (name, value) in post.headers { headers.add(name, value) }
        headers["user-agent"] = "Atelier-Webhooks/\(Atelier.version)"
        var request = OutgoingRequest("POST", post.url, headers: headers, body: post.body)
        request.timeout = post.timeLimit
        // What a receiver says beside its status is not kept.
        request.responseMaxBytes = 64 * 1024
        do throws(HTTPClientFailure) {
            let response = try await client.send(request)
            return .answered(
                status: response.status.rawValue,
                retryAfter: response.headers["retry-after"].flatMap { Int64($0) }
                    .map { .seconds($0) })
        } catch {
            switch error {
            case .addressRefused, .malformedURL: return .refused("\(error)")
            case .tooLarge:
                // It has answered, and at length.
                return .failed("the answer is too long")
            default: return .failed("\(error)")
            }
        }
    }
}
