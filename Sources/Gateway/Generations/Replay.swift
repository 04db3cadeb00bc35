import Ledger
import Pictures
import Postgres
import Storage
import Units

extension Engine {
    /// The answer to a call that was made before, from what it left: nothing is done again.
    ///
    /// Refuses while the first is still under way. A failure is told as it was told then.
    func replay(
        _ earlier: EarlierWork, keeping: GenerationRequest.Keeping
    ) async throws -> GenerationAnswer {
        guard case .generation(let id) = earlier.work else {
            preconditionFailure("the path is part of the fingerprint")
        }
        let name = JobName(account: earlier.account, id: id)
        let found = try await CustomerDatabase(database).read(as: earlier.account) {
            try GenerationLine.find(name, in: $0)
        }
        guard let line = found else {
            throw Refusal(.notFound, "There is no generation \(id) any more.")
        }
        guard let endedAt = line.endedAt else {
            throw Refusal(
                .stillRunning,
                "The request with this Idempotency-Key is still running as generation \(id).",
                field: "Idempotency-Key", retryAfter: .seconds(1))
        }
        if let failure = line.failure { throw ReplayedRefusal(refusal: failure) }
        guard keeping == .kept else {
            throw Refusal(
                .answerNotKept,
                "Generation \(id) was answered and charged; its pictures were asked for as "
                    + "ephemeral, so they are kept nowhere and cannot be sent again.",
                field: "Idempotency-Key")
        }
        var images: [FinishedGeneration.Image] = []
        for image in line.images { images.append(try await recalled(image)) }
        return .finished(
            FinishedGeneration(
                id: id, model: line.model, images: images, latency: line.latency,
                money: Settled(held: line.held, captured: line.captured, posting: line.posting),
                priceVersion: line.priceVersion, endedAt: endedAt, report: line.report,
                notices: line.request?.notices ?? [], replayed: true))
    }

    private func recalled(_ image: GenerationLine.Image) async throws -> FinishedGeneration.Image {
        guard let name = StoredName(image.name), let format = image.format,
            let bytes = try await store.read(name)
        else {
            throw Refusal(
                .answerNotKept,
                "This request was answered and charged; its pictures are not kept any more.",
                field: "Idempotency-Key")
        }
        let size = PixelSize(width: Int(image.width), height: Int(image.height))
        return FinishedGeneration.Image(
            kept: KeptImage(
                id: image.id, name: name, format: format, size: size, byteCount: bytes.count),
            bytes: bytes, format: format, size: size)
    }
}
