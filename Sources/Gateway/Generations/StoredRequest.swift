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
    /// Whom its caller does it for, in the caller's words.
    public let endUser: String?
    /// What its caller is told beside the answer.
    public let notices: [String]

    public var prompt: String { assignment.prompt }

    /// Pictures that it starts from.
    public var pictureCount: Int { assignment.inputs.count }

    /// Whether what is made is kept nowhere.
    public var isEphemeral: Bool { assignment.keeping == .ephemeral }

    init(
        assignment: Assignment, routing: Routing = Routing(), webhook: RequestedWebhook?,
        metadata: [String: String], endUser: String? = nil, notices: [String] = []
    ) {
        self.assignment = assignment
        self.routing = routing
        self.webhook = webhook
        self.metadata = metadata
        self.endUser = endUser
        self.notices = notices
    }

    /// The text of the column.
    var json: JSON {
        var members: [(String, JSON)] = [
            ("prompt", .string(assignment.prompt)),
            ("size", .string(assignment.size.words)),
            ("output_format", .string(assignment.format.rawValue)),
            ("seed", .int(assignment.seed)),
        ]
        if let quality = assignment.quality { members.append(("quality", .string(quality))) }
        if let compression = assignment.compression {
            members.append(("output_compression", .int(compression)))
        }
        if assignment.keeping == .ephemeral { members.append(("ephemeral", .bool(true))) }
        if assignment.takesAnyFormat { members.append(("any_format", .bool(true))) }
        if !assignment.options.isEmpty { members.append(("options", assignment.options.json)) }
        if !assignment.inputs.isEmpty {
            members.append(("inputs", .array(assignment.inputs.map(\.json))))
        }
        if let mask = assignment.mask { members.append(("mask", mask.json)) }
        if routing != Routing() { members.append(("routing", routing.json)) }
        if let endUser { members.append(("end_user", .string(endUser))) }
        if !notices.isEmpty { members.append(("notices", .array(notices.map(JSON.string)))) }
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

    /// Reads the column's text; nil when it is none of ours.
    init?(_ text: String, n: Int) {
        // Whatever is wrong with it, nobody can carry it out.
        guard let wire = JSONValue(json: Array(text.utf8)),
            let assignment = Assignment(wire, n: n)
        else { return nil }
        self.assignment = assignment
        routing = wire["routing"].map(Routing.init) ?? Routing()
        webhook = wire["webhook"].flatMap(RequestedWebhook.init)
        metadata = Self.texts(wire["metadata"])
        endUser = wire["end_user"]?.text
        notices = wire["notices"]?.items.compactMap(\.text) ?? []
    }

    /// The metadata in the text of a batch's column.
    static func metadata(_ text: String) -> [String: String] {
        // A batch without any has none; one that cannot be read is another program's.
        texts(JSONValue(json: Array(text.utf8))?["metadata"])
    }

    private static func texts(_ value: JSONValue?) -> [String: String] {
        guard case .object(let members) = value else { return [:] }
        return members.compactMapValues(\.text)
    }
}

extension Assignment {
    /// Nil for what is none of ours, or asks for what this program cannot read.
    fileprivate init?(_ wire: JSONValue, n: Int) {
        guard let prompt = wire["prompt"]?.text,
            let sides = wire["size"]?.text?.split(separator: "x").compactMap({ Int($0) }),
            sides.count == 2,
            let format = wire["output_format"]?.text.flatMap(ImageFormat.init(rawValue:)),
            let seed = wire["seed"]?.decimal.flatMap({ Int64("\($0)") })
        else { return nil }
        self.init(
            prompt: prompt, n: n, size: PixelSize(width: sides[0], height: sides[1]),
            quality: wire["quality"]?.text, format: format,
            compression: wire["output_compression"]?.whole, seed: seed,
            keeping: wire["ephemeral"] == .bool(true) ? .ephemeral : .kept,
            options: wire["options"].map { .init($0.members) } ?? [:])
        takesAnyFormat = wire["any_format"] == .bool(true)
        let pictures = (wire["inputs"]?.items ?? []).map(InputPicture.init)
        inputs = pictures.compactMap(\.self)
        mask = wire["mask"].flatMap(InputPicture.init)
        // A picture less would be another request.
        guard inputs.count == pictures.count, (wire["mask"] == nil) == (mask == nil) else {
            return nil
        }
    }
}

extension RequestedWebhook {
    fileprivate init?(_ wire: JSONValue) {
        guard let url = wire["url"]?.text, let words = wire["events"]?.items.map(\.text) else {
            return nil
        }
        self.init(
            url: url, events: Set(words.compactMap { $0 }.compactMap(Event.init(rawValue:))))
    }
}
