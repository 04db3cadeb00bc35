extension Engine {
    /// What a model's endpoint can do; nil when nobody here serves it.
    public func capabilities(of model: Catalogue.Model) -> Capabilities? {
        model.endpoint.flatMap { providers[$0.provider]?.capabilities }
    }
}
