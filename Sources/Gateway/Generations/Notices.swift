import Pictures
import Units

/// What a caller is told beside the answer: where something else was made than the words of the request
/// say. Sentences of ASCII, as they also stand in a header.
extension Catalogue {
    func notices(
        on request: GenerationRequest, _ offer: Offer, making size: PixelSize, at now: Timestamp
    ) -> [String] {
        var notices: [String] = []
        if request.modelIsLeftOut {
            notices.append("No model was named: '\(offer.model.id)' is the default here.")
        } else if let alias = alias(request.model) {
            notices.append("The model '\(alias)' stands for '\(offer.model.id)' here.")
        }
        if offer.model.life.state(at: now) == .retired {
            notices.append(
                "\(offer.model.retiredInWords): only test keys get it.\(offer.model.insteadInWords)"
            )
        }
        if request.fitsSize, case .pixels(let asked) = request.size, asked != size {
            notices.append(
                "The model does not make \(asked.words): \(size.words) is the nearest that it makes."
            )
        }
        return notices
    }

    /// The name of the model that is asked for: the operator's default where none is.
    func name(of request: GenerationRequest) throws(Refusal) -> String {
        guard request.modelIsLeftOut else { return request.model }
        guard alias(Self.defaultAlias) != nil else {
            throw Refusal(
                .missingParameter, "Missing required parameter: 'model'.", field: "model")
        }
        return Self.defaultAlias
    }
}
