import Ledger
import Pictures
import Providers
package import Units

/// A provider that may carry an order out, and as what.
struct Candidate: Sendable {
    let endpoint: Catalogue.Endpoint
    let provider: any Provider

    var name: Breakers.Name {
        Breakers.Name(provider: endpoint.provider, model: endpoint.providerModel)
    }
}

/// What a provider is given to do.
package struct Commission: Sendable {
    package let generation: ID<Generation>
    /// Among whom the painter's threads are shared out.
    let account: ID<Account>
    package let assignment: Assignment
    package let endpoint: Catalogue.Endpoint

    init(
        generation: ID<Generation>, account: ID<Account>, assignment: Assignment,
        endpoint: Catalogue.Endpoint
    ) {
        self.account = account
        self.generation = generation
        self.assignment = assignment
        self.endpoint = endpoint
    }

    /// What `candidate` is given of `order`: also what its caller has for this provider alone, as far as
    /// the endpoint says that it takes it. Anything else could cost what was not held.
    init(_ order: Order, for candidate: Candidate) {
        generation = order.generation
        account = order.wallet.account
        endpoint = candidate.endpoint
        var assignment = order.assignment
        let own = order.request.routing.options[candidate.endpoint.provider] ?? [:]
        let wanted = [PictureOption: PictureOption.Value](own).filter {
            assignment.options[$0.key] == nil
        }
        for (option, value) in wanted {
            // What the endpoint would refuse is dropped in silence, as documented.
            let accepted = try? candidate.endpoint.capabilities?.accepted(
                [option: value], for: assignment.format, .standard)
            if let accepted { assignment.options.merge(accepted) { own, _ in own } }
        }
        self.assignment = assignment
    }
}

extension Engine {
    /// Who may carry `order` out, in the order in which they are asked: first whose price was agreed,
    /// then the others that its caller allows and that make the very same.
    func candidates(for order: Order) -> [Candidate] {
        let mode = order.wallet.mode
        guard let model = catalogue.current.model(id: order.model) else { return [] }
        func candidate(_ endpoint: Catalogue.Endpoint) -> Candidate? {
            provider(endpoint.provider, in: mode).map {
                Candidate(endpoint: endpoint, provider: $0)
            }
        }
        // Whoever has a task of ours is asked on, though it is withdrawn since.
        let owner = TaskNote(order.task).owned?.provider
        let owned = model.withdrawn.filter { $0.provider == owner }
        let agreed = (model.endpoints + owned).first { $0.provider == order.provider }.flatMap {
            // What is known of it may have changed while the work waited.
            let unmet = order.request.routing.restrictions.unmet(by: $0.policy)
            return unmet == nil || $0.provider == owner ? $0 : nil
        }
        // In test mode there is one who draws, whoever is asked.
        guard mode == .live, order.request.routing.allowsFallbacks else {
            return agreed.flatMap(candidate).map { [$0] } ?? []
        }
        // What is already agreed needs no price any more.
        let others =
            (try? catalogue.current.offers(
                of: model, at: clock.now, routing: order.request.routing
            ))?.filter { offer in
                offer.endpoint.provider != order.provider
                    && offer.capabilities.makes(order.assignment)
            } ?? []
        let rest = owned.filter { $0.provider != order.provider }
        return ([agreed].compactMap(\.self) + others.map(\.endpoint) + rest).compactMap(candidate)
    }
}

extension Capabilities {
    /// Whether it makes exactly this.
    func makes(_ assignment: Assignment) -> Bool {
        var request = GenerationRequest(
            dialect: .openAI, model: "", prompt: assignment.prompt, n: assignment.n,
            size: .pixels(assignment.size), quality: assignment.quality, format: assignment.format)
        request.options = assignment.options
        let picture = AskedPicture(.url(""), field: "image")
        request.pictures = assignment.inputs.map { _ in picture }
        request.mask = assignment.mask.map { _ in picture }
        // Whatever it would refuse, it does not make.
        guard let accepted = try? accept(request, seed: assignment.seed) else { return false }
        return accepted.size == assignment.size && accepted.quality == assignment.quality
            && accepted.options == assignment.options
    }
}
