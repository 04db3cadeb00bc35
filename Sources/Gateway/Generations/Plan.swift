import Pictures
import Ledger
public import Units

/// A request that can be done: by whom, for how much at most, and exactly what.
struct Plan: Sendable {
    let offer: Catalogue.Offer
    let provider: any Provider
    let dialect: GenerationRequest.Dialect
    var stored: StoredRequest
    let at: Timestamp

    /// What is asked of the door.
    func admission(
        _ id: ID<Generation>? = nil, start: Admission.Start, durable: Bool, for limit: Duration
    ) -> Admission {
        Admission(
            generation: id ?? ID(at: at), dialect: dialect.rawValue, model: offer.model.id,
            provider: offer.endpoint.provider, priceVersion: offer.price.version,
            n: stored.assignment.n, request: stored.json.text,
            quote: offer.price.cost(of: stored.assignment.work), start: start,
            durable: durable, deadline: at + limit, readyAt: at + delay, at: at)
    }

    /// How long it is to wait in the queue before it begins: only as a rehearsal.
    private var delay: Duration {
        guard !provider.isForeign else { return .zero }
        return .seconds(Rehearsal(stored.assignment.prompt)?.queuedSeconds ?? 0)
    }

    func order(_ admission: Admission, _ admitted: Admitted) -> Order {
        Order(
            wallet: admitted.wallet, generation: admission.generation, model: admission.model,
            provider: admission.provider, request: stored, price: offer.price,
            createdAt: admission.at, deadline: admission.deadline, run: 0, task: nil)
    }
}

extension Engine {
    /// Who makes the pictures of an endpoint's `provider`: for a test key the built-in sandbox,
    /// whoever it is. The only place where that is decided.
    func provider(_ name: String, in mode: Mode) -> (any Provider)? {
        switch mode {
        case .live: providers[name]
        case .test: providers[Self.sandbox]
        }
    }

    /// Finds who can do `request` and what it can cost, or refuses.
    ///
    /// Of the offers that the caller allows, the first that can do it; when none can, what the first
    /// says is told. Its pictures are only counted: `looking(at:)` adds them.
    func plan(
        _ request: GenerationRequest, in mode: Mode, at now: Timestamp
    ) throws(Refusal) -> Plan {
        let catalogue = catalogue.current
        let name = try catalogue.name(of: request)
        let offers = try catalogue.offers(
            of: name, at: now, routing: request.routing, retired: mode == .test
        ) { provider($0, in: mode) != nil }
        do throws(Refusal) {
            return try plan(request, among: offers, in: mode, at: now)
        } catch {
            // Whoever makes exactly what was asked for comes first, then whoever comes near.
            guard case .pixels = request.size, request.mayFitSize, !request.fitsSize else {
                throw error
            }
            var near = request
            near.fitsSize = true
            return try plan(near, among: offers, in: mode, at: now)
        }
    }

    /// The first of `offers` that can do `request`, or what the first says against it.
    private func plan(
        _ request: GenerationRequest, among offers: [Catalogue.Offer], in mode: Mode,
        at now: Timestamp
    ) throws(Refusal) -> Plan {
        var random = SystemRandomNumberGenerator()
        let seed = Int64.random(in: 0...Int64(Int32.max), using: &random)
        var refusal: Refusal?
        for offer in offers {
            guard let provider = provider(offer.endpoint.provider, in: mode) else { continue }
            do throws(Refusal) {
                let assignment = try offer.capabilities.accept(request, seed: seed)
                try offer.check(request.routing.restrictions.maxPrice, for: assignment.work)
                let stored = StoredRequest(
                    assignment: assignment, routing: request.routing, webhook: request.webhook,
                    metadata: request.metadata, endUser: request.endUser,
                    notices: catalogue.current.notices(
                        on: request, offer, making: assignment.size, at: now))
                return Plan(
                    offer: offer, provider: provider, dialect: request.dialect, stored: stored,
                    at: now)
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal
            ?? Refusal(
                .modelNotServed, "The model '\(request.model.prefix(100))' is not served here.",
                field: "model")
    }

    /// Whether pictures can be seen while this is drawn: by whoever it would be asked of. What would be
    /// refused shows nothing.
    public func shows(_ request: GenerationRequest, in mode: Mode) -> Bool {
        (try? plan(request, in: mode, at: clock.now))?.offer.capabilities.streaming == true
    }

    /// The same plan with the pictures that `request` starts from, looked at and kept.
    ///
    /// From here on they are the plan's: whoever drops it discards them.
    func looking(at request: GenerationRequest, _ plan: Plan) async throws -> Plan {
        guard !request.pictures.isEmpty else { return plan }
        var pictures = try await inputs.take(
            request.pictures + [request.mask].compactMap(\.self), of: request.owner)
        var plan = plan
        if let mask = request.mask {
            var kept = pictures.removeLast()
            do {
                try Self.check(kept, named: mask.field, over: pictures[0])
                kept = try await inputs.mask(kept, named: mask.field, of: request.owner)
                pictures[0] = try await inputs.upright(
                    pictures[0], named: request.pictures[0].field, of: request.owner)
            } catch {
                await inputs.discard(pictures + [kept])
                throw error
            }
            plan.stored.assignment.mask = kept
        }
        plan.stored.assignment.inputs = pictures
        do {
            // They may be billed too.
            try plan.offer.check(
                request.routing.restrictions.maxPrice, for: plan.stored.assignment.work)
        } catch {
            await discardInputs(of: plan.stored.assignment)
            throw error
        }
        return plan
    }

    private static func check(
        _ mask: InputPicture, named field: String, over first: InputPicture
    ) throws(Refusal) {
        guard mask.format != .jpeg else {
            throw Refusal(
                .invalidValue,
                "The mask is a JPEG picture. Accepted: a PNG or WebP, transparent where the "
                    + "first input picture is to be redrawn.", field: field)
        }
        guard mask.size == first.size else {
            throw Refusal(
                .invalidValue,
                "The mask has \(mask.size) pixels and the first input picture \(first.size): they "
                    + "must be the same.", field: field)
        }
    }

    /// Forgets the pictures of a request that did not come to be, or has ended.
    func discardInputs(of assignment: Assignment) async {
        let pictures = assignment.inputs + [assignment.mask].compactMap(\.self)
        if !pictures.isEmpty { await inputs.discard(pictures) }
    }
}

extension Refusal {
    /// The same, of the item at `index` of a batch.
    public func of(item index: Int) -> Refusal {
        Refusal(
            kind, "Item \(index): \(message)",
            field: field.map { "prompts[\(index)].\($0)" } ?? "prompts[\(index)]",
            retryAfter: retryAfter, shortfall: shortfall, limit: limit)
    }
}
