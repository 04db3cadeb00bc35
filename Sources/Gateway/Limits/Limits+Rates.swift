import Units

extension Limits {
    /// The limits of an account: its own, and its plan's where it has none of a kind. A burst
    /// belongs to its rate.
    func or(_ plan: Limits) -> Limits {
        var limits = self
        if requestsPerMinute == nil {
            limits.requestsPerMinute = plan.requestsPerMinute
            limits.requestBurst = requestBurst ?? plan.requestBurst
        }
        if imagesPerMinute == nil {
            limits.imagesPerMinute = plan.imagesPerMinute
            limits.imageBurst = imageBurst ?? plan.imageBurst
        }
        limits.concurrent = concurrent ?? plan.concurrent
        limits.dayCap = dayCap ?? plan.dayCap
        limits.monthCap = monthCap ?? plan.monthCap
        limits.models = models ?? plan.models
        return limits
    }

    var requests: GCRA? { Self.rate(requestsPerMinute, requestBurst) }
    var images: GCRA? { Self.rate(imagesPerMinute, imageBurst) }

    /// Without a burst of its own a rate lets the work of ten seconds come at once, or one.
    private static func rate(_ perMinute: Int32?, _ burst: Int32?) -> GCRA? {
        perMinute.map { perMinute in
            GCRA(perMinute: Int64(perMinute), burst: Int64(burst ?? max(1, perMinute / 6)))
        }
    }

    /// Refuses a model that is not among those that may be used.
    func permit(model: String, to owner: String) throws(Refusal) {
        guard let models, !models.contains(model) else { return }
        throw Refusal(
            .modelNotAllowed,
            "\(owner) may not use '\(model)'. Allowed: \(models.joined(separator: ", ")).",
            field: "model")
    }
}
