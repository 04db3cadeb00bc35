public import Pictures

public import Units

/// What a request would hold, and why.
public struct Estimate: Sendable {
    public let model: String
    public let provider: String
    public let priceVersion: Int32
    public let n: Int
    /// What would be made of the size that was asked for.
    public let size: PixelSize
    /// The most it can cost: exactly what `generate` would hold now.
    public let hold: Credits
    /// The lines that it is the sum of.
    public let charges: [Price.Charge]
}

extension Engine {
    /// What `request` would hold under a key of this mode, or the refusal it would get for what it
    /// asks. Holds nothing, and asks nobody; pictures that it starts from are looked at, for their
    /// sizes count.
    public func estimate(
        _ request: GenerationRequest, in mode: Mode
    ) async throws -> Estimate {
        let plan = try await looking(at: request, plan(request, in: mode, at: clock.now))
        await discardInputs(of: plan.stored.assignment)
        let work = plan.stored.assignment.work
        return Estimate(
            model: plan.offer.model.id, provider: plan.offer.endpoint.provider,
            priceVersion: plan.offer.price.version, n: work.images, size: work.size,
            hold: plan.offer.price.cost(of: work), charges: plan.offer.price.charges(for: work))
    }
}
