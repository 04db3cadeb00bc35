import Gateway
import HTTP
import Providers
import Units

extension Application {
    /// `GET /api/v1/generation?id=`, dialect (d): a generation of any dialect, by its id with or
    /// without `gen-`.
    func openRouterGeneration(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(request.query, known: ["id"])
        guard let text = query.text("id"), !text.isEmpty else {
            throw Refusal(.missingParameter, "Missing required parameter: 'id'.", field: "id")
        }
        let noSuch = Refusal(.notFound, "There is no such generation.", field: "id")
        guard let id = OpenRouterID.read(text) else { throw noSuch }
        let line = try await jobs.job(JobName(account: caller.account, id: id))
        // A test key sees nothing of live work, nor the other way round.
        guard line.mode == caller.mode else { throw noSuch }
        return .json(.object([("data", .object(Self.members(of: line)))]))
    }

    private static func members(of line: GenerationLine) -> [(String, JSON)] {
        let metadata = line.request?.metadata ?? [:]
        func milliseconds(_ micros: Int64?) -> JSON { .optional(micros) { .int($0 / 1000) } }
        let session = metadata["session_id"].map { [("session_id", JSON.string($0))] } ?? []
        // What is about tokens, texts and searches is nothing to a picture, but has to be there.
        let nulls = [
            "app_id", "cache_discount", "http_referer", "moderation_latency",
            "native_tokens_cached", "native_tokens_reasoning", "num_fetches",
            "num_input_audio_prompt",
            "num_search_results", "preset_id", "provider_responses",
            "router", "service_tier", "streamed",
            "upstream_id",
            "upstream_inference_cost", "user_agent", "web_search_engine", "workspace_id",
        ].map { ($0, JSON.null) }
        let reason: JSON = .optional(finishReason(line), JSON.string)
        return [
            ("id", .string(OpenRouterID.text(line.id))), ("api_type", .string("image")),
            ("cancelled", .bool(line.state == "cancelled")),
            ("created_at", .time(line.createdAt)), ("data_region", .string("global")),
            ("external_user", .optional(line.request?.endUser ?? metadata["user"], JSON.string)),
            ("finish_reason", reason), ("native_finish_reason", reason),
            ("generation_time", milliseconds(line.providerMicros)),
            ("latency", milliseconds(line.totalMicros)), ("is_byok", .bool(false)),
            ("model", .string(line.model)),
            ("num_media_prompt", .optional(line.request) { .int($0.pictureCount) }),
            ("num_media_completion", .int(Int64(line.delivered))), ("origin", .string("")),
            ("provider_name", .string(Vendor.title(of: line.servedBy ?? line.provider))),
            ("total_cost", .credits(line.captured)), ("usage", .credits(line.captured)),
            ("receipt", line.receipt.json),
        ] + session + nulls + tokens(line.report)
    }

    /// As the vendor counted them; null where it did not say.
    private static func tokens(_ report: GenerationReport) -> [(String, JSON)] {
        return [
            ("tokens_prompt", report.input), ("native_tokens_prompt", report.input),
            ("tokens_completion", report.output), ("native_tokens_completion", report.output),
            ("native_tokens_completion_images", report.outputImage),
        ].map { ($0, .optional($1, JSON.int)) }
    }

    /// Nil until it has ended.
    private static func finishReason(_ line: GenerationLine) -> String? {
        switch line.state {
        case "completed": "stop"
        case "cancelled": "cancelled"
        case "failed": "error"
        default: nil
        }
    }
}
