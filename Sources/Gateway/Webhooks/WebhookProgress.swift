import Log
import Postgres
import Signing
import Threads
public import Units

/// News of how far generations are: told once, from memory, and worth nothing a moment later.
///
/// Nothing of it is kept: when there is more than can be told, or the end is already on its way,
/// it is dropped.
final class WebhookProgressQueue: Sendable {
    /// A generation that has come further, and where its request wants that told.
    struct News: Sendable {
        let account: ID<Account>
        let generation: ID<Generation>
        let requestURL: String?
    }

    private struct State {
        /// In order of arrival, each generation once: the body says how far it is when it is sent.
        var waiting: [News] = []
        var known: Set<ID<Generation>> = []
        var underWay: [ID<Account>: Int] = [:]
        var total = 0
    }

    /// Generations that may wait to be told of.
    static let waitingMax = 1000
    /// Told of at once, in all and of one account.
    static let placesMax = 16
    static let placesOfAccountMax = 4

    private let state = Lock(State())
    let wakes: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() {
        (wakes, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds news, unless there are too many.
    func add(_ news: News) {
        let added = state.withLock { state in
            guard state.waiting.count < Self.waitingMax,
                state.known.insert(news.generation).inserted
            else { return false }
            state.waiting.append(news)
            return true
        }
        if added { bell.yield() }
    }

    /// Takes what there is room for.
    func take() -> [News] {
        state.withLock { state in
            var taken: [News] = []
            state.waiting.removeAll { news in
                let count = state.underWay[news.account] ?? 0
                guard state.total < Self.placesMax, count < Self.placesOfAccountMax else {
                    return false
                }
                state.underWay[news.account] = count + 1
                state.total += 1
                state.known.remove(news.generation)
                taken.append(news)
                return true
            }
            return taken
        }
    }

    /// Gives the room of `news` back.
    func done(_ news: News) {
        state.withLock { state in
            let left = (state.underWay[news.account] ?? 1) - 1
            state.underWay[news.account] = left == 0 ? nil : left
            state.total -= 1
        }
        bell.yield()
    }
}

extension WebhookDeliverer {
    /// Tells that a generation has come further: once, soon, and without being waited for.
    /// `requestURL` is where its request wants to be told of progress, if it does.
    public func sendProgress(
        of generation: ID<Generation>, account: ID<Account>, requestURL: String?
    ) {
        progress.add(.init(account: account, generation: generation, requestURL: requestURL))
    }

    /// Tells until cancelled.
    func runProgress() async {
        await withDiscardingTaskGroup { group in
            for await _ in progress.wakes {
                for news in progress.take() { group.addTask { await self.tell(news) } }
            }
            group.cancelAll()
        }
    }

    /// Tells what waits now, and returns when that is done; answers of how many generations.
    @discardableResult
    public func sendProgressOnce() async -> Int {
        var count = 0
        while true {
            let taken = progress.take()
            if taken.isEmpty { return count }
            count += taken.count
            await withDiscardingTaskGroup { group in
                for news in taken { group.addTask { await self.tell(news) } }
            }
        }
    }

    private func tell(_ news: WebhookProgressQueue.News) async {
        defer { progress.done(news) }
        do {
            let now = clock.now
            let places = try await places(for: news, at: now)
            await withDiscardingTaskGroup { group in
                for place in places {
                    group.addTask { await self.tell(place) }
                }
            }
        } catch {
            log(.debug, "nobody found to tell of progress", ["error": "\(error)"])
        }
    }

    /// Whether it arrives is nobody's concern: the next news says more.
    private func tell(_ place: WebhookClaim.Claimed) async {
        let delivery = place.delivery
        do {
            guard let body = try await body(delivery) else { return }
            let now = clock.now
            _ = await sender.post(
                WebhookPost(
                    url: delivery.url, message: delivery.message, body: body,
                    secrets: place.signing.secrets(of: delivery, pepper: pepper, at: now), at: now))
        } catch {
            log(.debug, "progress not told", ["error": "\(error)"])
        }
    }

    /// Where it is to be told, as deliveries that are kept nowhere; none once a delivery about the
    /// same generation exists. A URL is told once, as in `WebhookDelivery.queue`, and each place
    /// makes its own body of a generation that comes on, so each is a message of its own.
    private func places(
        for news: WebhookProgressQueue.News, at now: Timestamp
    ) async throws -> [WebhookClaim.Claimed] {
        try await CustomerDatabase(database).read(as: news.account) { transaction in
            let later = try transaction.execute(
                """
                select from webhook_delivery
                where account_id = \(news.account) and generation_id = \(news.generation) limit 1
                """)
            guard later == 0 else { return [] }
            let endpoints = try WebhookEndpoint.list(of: news.account, in: transaction)
                .filter(\.isEnabled)
            let account = try WebhookSecret.version(of: news.account, in: transaction)
            func place(_ url: String, _ endpoint: WebhookEndpoint?) -> WebhookClaim.Claimed {
                let signer = endpoint ?? endpoints.first { $0.url == url }
                return .init(
                    delivery: WebhookDelivery(
                        account: news.account, message: ID(at: now), endpoint: endpoint?.id,
                        url: url, event: .progress, subject: .generation(news.generation),
                        state: .pending, attempts: 1, nextAt: now, createdAt: now, endedAt: nil),
                    signing: .init(account: account, endpoint: signer?.id, own: signer?.secret))
            }
            var places = news.requestURL.map { [place($0, nil)] } ?? []
            for endpoint in endpoints where endpoint.events.contains(.progress) {
                if places.contains(where: { $0.delivery.url == endpoint.url }) { continue }
                places.append(place(endpoint.url, endpoint))
            }
            return places
        }
    }
}
