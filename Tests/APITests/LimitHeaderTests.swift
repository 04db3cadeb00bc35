import HTTP
import Testing
import Units

@testable import API

/// How limits stand, in each dialect's own headers.
@Suite struct LimitHeaderTests {
    private static let now = Timestamp(microseconds: 1_790_000_000_000_001)
    private static let requests = LimitReading(
        limit: "requests_per_minute", scope: .key, most: .count(600), left: .count(9),
        resetsIn: .milliseconds(100))
    private static let ofAccount = LimitReading(
        limit: "requests_per_minute", scope: .account, most: .count(6000), left: .count(12),
        resetsIn: .milliseconds(4500))
    private static let images = LimitReading(
        limit: "images_per_minute", scope: .key, most: .count(60), left: .count(30),
        resetsIn: .seconds(360))
    private static let concurrent = LimitReading(
        limit: "concurrent", scope: .account, most: .count(5), left: .count(0), resetsIn: nil)
    private static let cap = LimitReading(
        limit: "day_cap", scope: .key, most: .credits(.init(nanodollars: 1_000_000_000)),
        left: .credits(.zero), resetsIn: .seconds(40_000))
    private static let all = [requests, ofAccount, images, concurrent, cap]

    private func text(
        _ readings: [LimitReading], _ shape: ErrorShape, refusedFor wait: Duration? = nil
    ) -> [String] {
        LimitHeaders.fields(
            of: readings, in: shape, refused: wait != nil, retryAfter: wait, at: Self.now
        ).map { "\($0.name): \($0.value)" }
    }

    @Test func imageRouterSpeaksTheSixthDraftOfTheTightestRate() {
        #expect(
            text(Self.all, .imageRouter) == [
                "RateLimit-Policy: 6000;w=60", "RateLimit-Limit: 6000", "RateLimit-Remaining: 12",
                "RateLimit-Reset: 5",
            ])
        #expect(
            text([Self.requests], .imageRouter, refusedFor: .milliseconds(1200)) == [
                "RateLimit-Policy: 600;w=60", "RateLimit-Limit: 600", "RateLimit-Remaining: 9",
                "RateLimit-Reset: 2",
            ])
    }

    @Test func openAICountsRequestsAndImages() {
        #expect(
            text(Self.all, .openAI) == [
                "x-ratelimit-limit-requests: 6000", "x-ratelimit-remaining-requests: 12",
                "x-ratelimit-reset-requests: 4.5s", "x-ratelimit-limit-images: 60",
                "x-ratelimit-remaining-images: 30", "x-ratelimit-reset-images: 6m0s",
            ])
    }

    @Test func openRouterTellsOnlyWhenItRefuses() {
        #expect(text(Self.all, .openRouter) == [])
        #expect(
            text([Self.requests], .openRouter, refusedFor: .milliseconds(100)) == [
                "X-RateLimit-Limit: 600", "X-RateLimit-Remaining: 9",
                "X-RateLimit-Reset: 1790000000101",
            ])
    }

    @Test(arguments: [ErrorShape.imaRouter, .jobs, .problem])
    func theOthersTellEveryCountInTheNewestForm(shape: ErrorShape) {
        #expect(
            text([Self.requests, Self.concurrent, Self.cap], shape) == [
                "RateLimit-Policy: \"key/requests_per_minute\";q=600;w=60, "
                    + "\"account/concurrent\";q=5;qu=\"concurrent-requests\"",
                "RateLimit: \"key/requests_per_minute\";r=9;t=1, \"account/concurrent\";r=0",
            ])
        // `Retry-After` is never earlier than `t`.
        #expect(
            text([Self.images], shape, refusedFor: .milliseconds(2001))[1]
                == "RateLimit: \"key/images_per_minute\";r=30;t=3")
    }

    @Test(arguments: [ErrorShape.imageRouter, .openAI, .openRouter, .imaRouter, .jobs, .problem])
    func whatCannotBeSaidIsLeftOut(shape: ErrorShape) {
        #expect(text([], shape) == [])
        #expect(text([Self.cap], shape, refusedFor: .seconds(9)) == [])
    }

    @Test func durationsAreWrittenAsGoWritesThem() {
        let written = [0, 1, 12, 999, 1000, 1001, 1500, 8640, 59_999, 60_000, 360_000, 3_600_000]
            .map { LimitHeaders.goText(.milliseconds($0)) }
        #expect(
            written == [
                "0s", "1ms", "12ms", "999ms", "1s", "1.001s", "1.5s", "8.64s", "59.999s", "1m0s",
                "6m0s", "1h0m0s",
            ])
        #expect(LimitHeaders.goText(.microseconds(1)) == "1ms")
    }

    @Test(arguments: [ErrorShape.imageRouter, .openAI, .openRouter, .imaRouter, .jobs, .problem])
    func aRefusalNamesLimitScopeAndWhenInItsBody(shape: ErrorShape) async throws {
        let refusal = Self.requests.refusal("Too fast.", retryAfter: .milliseconds(1200))
        let answer = try await Answer(Response.refusing(refusal, as: shape, at: Self.now))
        #expect(answer.status == 429 && answer.headers["Retry-After"] == "2")
        let members =
            #""limit":"requests_per_minute","scope":"key","most":600,"left":9,"retry_after":2"#
        #expect(answer.text.contains(members))
        #expect(answer.headers["retry-after-ms"] == nil && answer.headers["x-should-retry"] == nil)

        let soon = Self.requests.refusal("Too fast.", retryAfter: .microseconds(50_001))
        let early = Response.refusing(soon, as: shape, at: Self.now)
        #expect(early.headers["Retry-After"] == "1" && early.headers["retry-after-ms"] == "51")
        // What time does not heal is not to be repeated.
        let never = Response.refusing(
            Self.cap.refusal("Never.", retryAfter: nil), as: shape, at: Self.now)
        #expect(never.headers["Retry-After"] == nil && never.headers["x-should-retry"] == "false")
    }
}
