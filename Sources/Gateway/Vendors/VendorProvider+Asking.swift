import Pictures
import Providers
import Units

/// From a commission to what each call asks for.
extension VendorProvider {
    /// One for each call that it takes.
    func asks(for commission: Commission) async throws(ProviderFailure) -> [Ask] {
        let assignment = commission.assignment
        guard let able = commission.endpoint.capabilities else {
            throw .out("its capabilities cannot be read")
        }
        var ask = Ask(
            model: commission.endpoint.providerModel, prompt: assignment.prompt,
            size: assignment.size, quality: assignment.quality, format: assignment.format,
            compression: assignment.compression, options: assignment.options)
        // What an endpoint is not asked for it decides itself.
        let words = able.sizes.words(for: assignment.size)
        if able.parameters["aspect_ratio"] != nil { ask.ratio = words.ratio }
        if able.parameters["resolution"] != nil { ask.tier = words.tier }
        for picture in assignment.inputs { ask.inputs.append(try await file(picture)) }
        if let mask = assignment.mask { ask.mask = try await file(mask) }
        let knowsSeeds = able.parameters["seed"] != nil
        var asks: [Ask] = []
        var left = assignment.n
        while left > 0 {
            var part = ask
            part.n = min(left, able.perCall)
            // Views of several pictures in one call could not be told apart.
            part.partials = part.n == 1 ? assignment.partials : 0
            part.seed = knowsSeeds ? able.seed(assignment.seed, plus: assignment.n - left) : nil
            part.idempotencyKey = "\(commission.generation)-\(asks.count)"
            asks.append(part)
            left -= part.n
        }
        return asks
    }

    private func file(_ picture: InputPicture) async throws(ProviderFailure) -> InputFile {
        do {
            return InputFile(
                bytes: try await inputs.read(picture), format: picture.format, size: picture.size)
        } catch is Inputs.Missing {
            throw .refused(
                Refusal(
                    .interrupted, "A picture to start from is no longer there. Nothing was charged."
                ))
        } catch {
            throw .busy(retryAfter: .seconds(1))
        }
    }
}

extension Capabilities {
    /// The seed of a later picture, within what is accepted.
    func seed(_ seed: Int64, plus count: Int) -> Int64 {
        guard let range = parameters["seed"]?.whole else {
            return (seed &+ Int64(count)) & Int64(Int32.max)
        }
        let next = seed &+ Int64(count)
        return next <= Int64(range.upperBound) ? next : Int64(range.lowerBound) + Int64(count)
    }
}
