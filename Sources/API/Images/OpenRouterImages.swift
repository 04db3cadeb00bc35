import Gateway
import HTTP
import Pictures
import Units

extension Application {
    /// `POST /api/v1/images`, dialect (d): base64 unless told otherwise, with the cost in `usage`.
    func openRouterImages(_ request: Request) async throws -> Response {
        try await generated(
            request, as: OpenRouterBody.self,
            telling: { body, mode in
                // What shows nothing while it draws is answered whole, as documented.
                engine.shows(body.request, in: mode) ? OpenRouterEvents() : nil
            }
        ) { asked, finished in
            let data = finished.images.map { image in
                JSON.object([
                    item(image, asked.delivery), ("media_type", .string(image.format.mediaType)),
                ])
            }
            var response = await answer(
                .object(
                    [
                        ("created", .int(finished.endedAt.seconds)), ("data", .array(data)),
                        ("id", .string(OpenRouterID.text(finished.id))),
                        ("receipt", finished.receipt.json),
                    ] + OpenRouterUsage.members(finished)),
                imageBytes: finished.carried(asked.delivery))
            response.headers["X-Generation-Id"] = OpenRouterID.text(finished.id)
            return response
        }
    }
}

/// A generation's name in dialect (d).
enum OpenRouterID {
    private static let prefix = "gen-"

    static func text(_ id: ID<Generation>) -> String { prefix + id.description }

    /// Reads it with or without its prefix, so that an id of any dialect can be asked for.
    static func read(_ text: String) -> ID<Generation>? {
        ID(text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...])
    }
}

/// `usage` in OpenRouter's shape.
///
/// Its clients require whole numbers of tokens in it. A price that counts none makes them zero, which is
/// true; where the price counts them and the vendor did not say how many, there is no `usage`, and
/// the cost stands beside it.
enum OpenRouterUsage {
    static func members(_ finished: FinishedGeneration) -> [(String, JSON)] {
        let (report, cost) = (finished.report, finished.money.captured)
        let output = report.output
        guard output != nil || !report.countsTokens else { return [("cost", .credits(cost))] }
        let (prompt, completion) = (report.input ?? 0, output ?? 0)
        let details: [(String, JSON)] =
            report.outputImage.map {
                [("completion_tokens_details", .object([("image_tokens", .int($0))]))]
            } ?? []
        return [
            (
                "usage",
                .object(
                    [
                        ("prompt_tokens", .int(prompt)), ("completion_tokens", .int(completion)),
                        ("total_tokens", .int(prompt + completion)),
                    ] + details + [
                        ("cost", .credits(cost)),
                        // What the vendor takes is nobody's business and often not known.
                        ("cost_details", .null),
                        ("is_byok", .bool(false)),
                    ])
            )
        ]
    }
}
