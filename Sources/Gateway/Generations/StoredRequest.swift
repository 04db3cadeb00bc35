import FoundationEssentials
import Pictures
import Providers
import Units

/// What `generation.request` keeps: the assignment in full, so that any server can carry it out,
/// and what the caller wants back with it.
public struct StoredRequest: Sendable {
    var assignment: Assignment
    /// Which providers its caller allows, should another have to take over.
    let routing: Routing
    public let webhook: RequestedWebhook?
    public let metadata: [String: String]

    public var prompt: String { assignment.prompt }

    init(
        assignment: Assignment, routing: Routing = Routing(), webhook: RequestedWebhook?,
        metadata: [String: String]
    ) {
        self.assignment = assignment
        self.routing = routing
        self.webhook = webhook
        self.metadata = metadata
    }

    /// The text of the column.
    var json: JSON {
        var members: [(String, JSON)] = [
            ("prompt", .string(assignment.prompt)),
            ("size", .string("\(assignment.size.width)x\(assignment.size.height)")),
            ("output_format", .string(assignment.format.rawValue)),
            ("seed", .int(assignment.seed)),
        ]
        if let quality = assignment.quality { members.append(("quality", .string(quality))) }
        if let compression = assignment.compression {
            members.append(("output_compression", .int(compression)))
        }
        if assignment.keeping == .ephemeral { members.append(("ephemeral", .bool(true))) }
        if !assignment.options.isEmpty { members.append(("options", assignment.options.json)) }
        if !assignment.inputs.isEmpty {
            members.append(("inputs", .array(assignment.inputs.map(\.json))))
        }
        if let mask = assignment.mask { members.append(("mask", mask.json)) }
        if routing != Routing() { members.append(("routing", routing.json)) }
        return .object(members + Self.members(webhook: webhook, metadata: metadata))
    }

    /// What is kept of a batch as a whole.
    static func json(webhook: RequestedWebhook?, metadata: [String: String]) -> JSON {
        .object(members(webhook: webhook, metadata: metadata))
    }

    private static func members(
        webhook: RequestedWebhook?, metadata: [String: String]
    ) -> [(String, JSON)] {
        let sorted = metadata.sorted { $0.key < $1.key }
        return (webhook.map { [("webhook", $0.json)] } ?? [])
            + (sorted.isEmpty
                ? [] : [("metadata", .object(sorted.map { ($0.key, .string($0.value)) }))])
    }

    private struct Wire: Decodable {
        struct Webhook: Decodable {
            let url: String
            let events: [String]
        }
        let prompt: String
        let size: String
        let output_format: String
        let seed: Int64
        let quality: String?
        let output_compression: Int?
        let ephemeral: Bool?
        let options: [String: JSONValue]?
        let inputs: [JSONValue]?
        let mask: JSONValue?
        let routing: JSONValue?
        let webhook: Webhook?
        let metadata: [String: String]?
    }

    /// Reads the column's text; nil when it is none of ours.
    init?(_ text: String, n: Int) {
        // Whatever is wrong with it, nobody can carry it out.
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(text.utf8)),
            let format = ImageFormat(rawValue: wire.output_format)
        else { return nil }
        let sides = wire.size.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2 else { return nil }
        var assignment = Assignment(
            prompt: wire.prompt, n: n, size: PixelSize(width: sides[0], height: sides[1]),
            quality: wire.quality, format: format, compression: wire.output_compression,
            seed: wire.seed, keeping: wire.ephemeral == true ? .ephemeral : .kept,
            options: .init(wire.options ?? [:]))
        let inputs = (wire.inputs ?? []).map(InputPicture.init)
        // A picture less would be another request.
        guard inputs.allSatisfy({ $0 != nil }) else { return nil }
        assignment.inputs = inputs.compactMap(\.self)
        assignment.mask = wire.mask.flatMap(InputPicture.init)
        guard (wire.mask == nil) == (assignment.mask == nil) else { return nil }
        self.assignment = assignment
        routing = wire.routing.map(Routing.init) ?? Routing()
        webhook = wire.webhook.map { webhook in
            RequestedWebhook(
                url: webhook.url,
                events: Set(webhook.events.compactMap(RequestedWebhook.Event.init(rawValue:))))
        }
        metadata = wire.metadata ?? [:]
    }

    /// The metadata in the text of a batch's column.
    static func metadata(_ text: String) -> [String: String] {
        struct Wire: Decodable {
            let metadata: [String: String]?
        }
        // A batch without any has none; one that cannot be read is another program's.
        return (try? JSONDecoder().decode(Wire.self, from: Data(text.utf8)))?.metadata ?? [:]
    }
}
