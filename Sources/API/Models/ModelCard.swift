import Gateway
import Units

/// A model that can be bought now, with what every list tells of it.
struct ModelCard {
    let model: Catalogue.Model
    let endpoint: Catalogue.Endpoint
    let price: Price
    let capabilities: Capabilities

    var id: String { model.id }

    var author: String { model.author }

    /// When it was released: seconds since 1970.
    var created: Int64 { model.releasedOn.midnight.seconds }

    /// What one image costs.
    var imageCost: Credits { price.cost(of: Work(images: 1)) }
}

extension Application {
    /// Everything on sale, in order of the ids.
    var cards: [ModelCard] { engine.models.compactMap { card(of: $0, at: clock.now) } }

    /// The card of a model; nil for one that does not exist or is not on sale.
    func card(named id: String) -> ModelCard? {
        engine.model(named: id).flatMap { card(of: $0, at: clock.now) }
    }

    private func card(of model: Catalogue.Model, at now: Timestamp) -> ModelCard? {
        guard model.life.state(at: now) != .retired,
            let endpoint = model.endpoints.first(where: { $0.price(at: now) != nil }),
            let price = endpoint.price(at: now), let capabilities = endpoint.capabilities
        else { return nil }
        return ModelCard(
            model: model, endpoint: endpoint, price: price, capabilities: capabilities)
    }
}
