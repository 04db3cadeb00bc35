import FoundationEssentials
import Pictures
import Providers
import Testing
import Units

/// Every endpoint that is sold can be asked for, with everything that it is said to take.
@Suite struct CatalogueWalkTests {
    /// Drawn in process.
    private static let own: Set<String> = ["test"]
    /// Switched off by its maker, and its dialect with it.
    private static func isDead(_ model: String) -> Bool { model.hasPrefix("imagen-") }

    struct Endpoint: CustomTestStringConvertible, Sendable {
        let model: String
        let provider: String
        let name: String
        let parameters: [String: JSONValue]
        let perCall: Int
        var testDescription: String { "\(model) at \(provider)" }

        func words(_ parameter: String) -> [String] {
            parameters[parameter]?["values"]?.items.compactMap {
                $0.text ?? $0.whole.map { "\($0)" }
            }
                ?? []
        }
    }

    static func endpoints() throws -> [Endpoint] {
        let models = try Checkout.json("catalogue/models.json")["models"]?.items ?? []
        return models.flatMap { model in
            let endpoints = model["endpoints"]?.items ?? []
            return endpoints.compactMap { endpoint -> Endpoint? in
                let able = endpoint["capabilities"] ?? endpoints.first?["capabilities"]
                guard case .object(let parameters)? = able?["parameters"] else { return nil }
                return Endpoint(
                    model: model["id"]?.text ?? "", provider: endpoint["provider"]?.text ?? "",
                    name: endpoint["model"]?.text ?? "", parameters: parameters,
                    perCall: able?["per_call"]?.whole ?? 1)
            }
        }
    }

    @Test func everyEndpointCanBeAskedWithWhatItTakes() throws {
        let endpoints = try Self.endpoints().filter { !Self.own.contains($0.provider) }
        try #require(endpoints.count > 80)
        var calls = 0
        for endpoint in endpoints where !Self.isDead(endpoint.name) {
            var vendor = try #require(Vendor.named(endpoint.provider), "\(endpoint.provider)")
            if vendor.base == nil { vendor.base = "https://vendor.example/v1" }
            for ask in Self.asks(endpoint) {
                do throws(VendorFailure) {
                    let call = try vendor.submit(ask, with: Fixture.secret, at: Fixture.now)
                    calls += 1
                    let body = call.content(boundary: "atelier")?.bytes ?? []
                    #expect(!body.isEmpty && call.url.hasPrefix("https://"))
                    Self.check(ask, String(decoding: body, as: UTF8.self), endpoint)
                } catch {
                    Issue.record("\(endpoint.testDescription): \(error)")
                }
            }
        }
        #expect(calls > 1000)
    }

    /// Two ratios, tiers or qualities that make the same call would be two prices for one picture.
    @Test func everyWordThatIsTakenChangesTheCall() throws {
        for endpoint in try Self.endpoints()
        where !Self.own.contains(endpoint.provider) && !Self.isDead(endpoint.name) {
            var vendor = try #require(Vendor.named(endpoint.provider))
            if vendor.base == nil { vendor.base = "https://vendor.example/v1" }
            for parameter in ["aspect_ratio", "resolution", "quality", "size"] {
                let words = endpoint.words(parameter)
                let bodies = try words.map { word in
                    let ask = Self.ask(endpoint, parameter, word)
                    let call = try vendor.submit(ask, with: Fixture.secret, at: Fixture.now)
                    return call.content(boundary: "atelier")?.bytes ?? []
                }
                #expect(
                    Set(bodies).count == words.count, "\(endpoint.testDescription): \(parameter)")
            }
        }
    }

    /// The plainest ask with one word said, and the picture that the word means.
    private static func ask(_ endpoint: Endpoint, _ parameter: String, _ word: String) -> Ask {
        var ask = asks(endpoint)[0]
        switch parameter {
        case "aspect_ratio": ask.ratio = word
        case "resolution": ask.tier = word
        case "quality": ask.quality = word
        default: ask.size = size(word) ?? ask.size
        }
        guard let ratio = ask.ratio?.split(separator: ":").compactMap({ Double($0) }),
            ratio.count == 2
        else { return ask }
        let tier = ask.tier.flatMap { Double($0.prefix { $0.isNumber }) } ?? 1
        let side = tier > 100 ? tier : tier * 1024
        let root = (ratio[0] / ratio[1]).squareRoot()
        ask.size = PixelSize(width: Int(side * root) / 16 * 16, height: Int(side / root) / 16 * 16)
        return ask
    }

    @Test func whatIsDeadIsSaidToBe() throws {
        for endpoint in try Self.endpoints() where Self.isDead(endpoint.name) {
            let vendor = try #require(Vendor.named(endpoint.provider))
            let ask = Ask(model: endpoint.name, prompt: "a fox")
            #expect { try vendor.submit(ask, with: Fixture.secret, at: Fixture.now) } throws: {
                ($0 as? VendorFailure)?.kind == .modelGone
            }
        }
    }

    /// Options that a route's own maker takes and that the route does not.
    private static let unknownAtRoute: Set<String> = ["magic_prompt"]

    /// A word that is said is sent: nothing is dropped in silence.
    private static func check(_ ask: Ask, _ body: String, _ endpoint: Endpoint) {
        for (option, value) in ask.options {
            guard case .text(let word) = value else { continue }
            if endpoint.provider == "fal", unknownAtRoute.contains(option.rawValue) { continue }
            // It is about input pictures alone.
            if option == .inputFidelity, ask.inputs.isEmpty { continue }
            #expect(body.contains(word), "\(endpoint.testDescription) drops \(option.rawValue)")
        }
        #expect(body.contains("a fox"), "\(endpoint.testDescription) drops the prompt")
    }

    /// The default, and one for each thing that can be said.
    private static func asks(_ endpoint: Endpoint) -> [Ask] {
        var plain = Ask(model: endpoint.name, prompt: "a fox")
        plain.ratio = endpoint.words("aspect_ratio").first
        plain.tier = endpoint.words("resolution").first
        if let size = endpoint.words("size").first.flatMap(size) { plain.size = size }
        let references = endpoint.parameters["input_references"]
        let least = references?["min"]?.whole ?? 0
        plain.inputs = Array(repeating: Fixture.picture, count: least)
        var asks = [plain]
        func add(_ change: (inout Ask) -> Void) {
            var ask = plain
            change(&ask)
            asks.append(ask)
        }
        for word in endpoint.words("aspect_ratio") { add { $0.ratio = word } }
        for word in endpoint.words("resolution") { add { $0.tier = word } }
        for word in endpoint.words("quality") { add { $0.quality = word } }
        for word in endpoint.words("size") {
            if let size = size(word) { add { $0.size = size } }
        }
        for word in endpoint.words("output_format") {
            if let format = ImageFormat(rawValue: word) { add { $0.format = format } }
        }
        if endpoint.parameters["seed"] != nil { add { $0.seed = 7 } }
        if endpoint.perCall > 1 { add { $0.n = endpoint.perCall } }
        for option in PictureOption.allCases {
            for value in values(of: option, endpoint) { add { $0.options[option] = value } }
        }
        let most = references?["max"]?.whole ?? 0
        for count in Set([least, 1, most]) where count > 0 && count <= most {
            add { $0.inputs = Array(repeating: Fixture.picture, count: count) }
        }
        if endpoint.parameters["mask"] != nil {
            add {
                $0.inputs = [Fixture.picture]
                $0.mask = Fixture.mask
            }
        }
        return asks
    }

    private static func values(
        of option: PictureOption, _ endpoint: Endpoint
    ) -> [PictureOption.Value] {
        guard let parameter = endpoint.parameters[option.rawValue] else { return [] }
        if let words = parameter["values"]?.items.compactMap(\.text) {
            return words.map { .text($0) }
        }
        return switch option.kind {
        case .text: [.text("an option of its own")]
        case .number: [.number(parameter["max"]?.decimal ?? 1)]
        case .flag: [.flag(true)]
        }
    }

    private static func size(_ word: String) -> PixelSize? {
        let sides = word.split(separator: "x").compactMap { Int($0) }
        return sides.count == 2 ? PixelSize(width: sides[0], height: sides[1]) : nil
    }
}
