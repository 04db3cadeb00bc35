internal import FoundationEssentials
internal import HTTP
internal import Pictures
public import Units

/// ComfyUI: a graph of nodes is queued, and its history says which files it wrote.
public struct ComfyUI: Adapter {
    /// A graph as ComfyUI exports it for its API, with slots for what is asked: data.
    public struct Workflow: Sendable {
        let graph: JSONValue

        /// In `graph` a text `$prompt`, `$negative`, `$seed`, `$width`, `$height`, `$n` or `$model`
        /// alone is a slot.
        public init(graph: JSONValue) {
            self.graph = graph
        }
    }

    public let name = "job"
    /// By the model's name; the one under an empty name draws every other model, as its checkpoint.
    var workflows: [String: Workflow]
    var errors = ErrorTable([])

    public init(workflows: [String: Workflow]) {
        self.workflows = workflows
    }

    private static let next = Duration.seconds(1)

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        guard let workflow = workflows[ask.model] ?? workflows[""] else {
            throw VendorFailure(.modelGone, "no workflow of '\(ask.model)' is configured")
        }
        try ask.refuse("input pictures", when: !ask.inputs.isEmpty, field: "image")
        let slots: [String: JSONValue] = [
            "$prompt": .string(ask.prompt), "$negative": .string(ask.text(.negativePrompt) ?? ""),
            "$seed": .number(.init(ask.seed ?? 0)), "$width": .number(.init(ask.size.width)),
            "$height": .number(.init(ask.size.height)), "$n": .number(.init(ask.n)),
            "$model": .string(ask.model),
        ]
        var fields = Fields()
        fields.set("prompt", Self.filled(workflow.graph, slots).json)
        if !ask.idempotencyKey.isEmpty { fields.set("client_id", ask.idempotencyKey) }
        return Call(
            "POST", try vendor.url("/prompt"), headers: ["Accept": "application/json"],
            body: .json(fields.json), responseMaxBytes: Call.statusMaxBytes)
    }

    private static func filled(_ json: JSONValue, _ slots: [String: JSONValue]) -> JSONValue {
        switch json {
        case .string(let text): slots[text] ?? json
        case .array(let items): .array(items.map { filled($0, slots) })
        case .object(let members): .object(members.mapValues { filled($0, slots) })
        case .null, .bool, .number: json
        }
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply) }
        guard let id = reply.json?["prompt_id"]?.text, Job.isName(id) else {
            throw .malformed("the answer names no task", reply)
        }
        return .pending(task: id, next: Self.next, percent: nil)
    }

    public func poll(_ task: String, of vendor: Vendor) throws(VendorFailure) -> Call {
        Call(
            "GET", try vendor.url("/history/\(URLText.query(task))"),
            headers: ["Accept": "application/json"], responseMaxBytes: Call.statusMaxBytes)
    }

    public func readPoll(
        _ reply: Reply, of task: String, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply, acceptance: .running) }
        guard case .object(let histories)? = reply.json else {
            throw .malformed("the answer is no history", reply, acceptance: .running)
        }
        // Nothing is told of what is still queued or drawn.
        guard let history = histories[task] else {
            return .pending(task: task, next: Self.next, percent: nil)
        }
        if history["status"]?["status_str"]?.text == "error" {
            let error = history["status"]?["messages"]?.items.compactMap { message in
                message[0]?.text == "execution_error"
                    ? message[1]?["exception_message"]?.text : nil
            }.first
            throw VendorFailure(
                .overloaded, error ?? "the workflow failed", acceptance: .ended,
                status: reply.status)
        }
        guard case .object(let outputs)? = history["outputs"] else {
            throw .malformed("the history has no outputs", reply, acceptance: .running)
        }
        var made = Made([])
        made.request = task
        for (_, output) in outputs.sorted(by: { $0.key < $1.key }) {
            for image in output["images"]?.items ?? [] where image["type"]?.text == "output" {
                guard let file = image["filename"]?.text else { continue }
                let folder = image["subfolder"]?.text ?? ""
                made.pictures.append(
                    .url(
                        try vendor.url(
                            "/view?filename=\(URLText.query(file))"
                                + "&subfolder=\(URLText.query(folder))&type=output")))
            }
        }
        return .done(made)
    }
}

extension Vendor {
    static let comfyUI = Vendor(
        "comfyui", title: "ComfyUI", ComfyUI(workflows: ["": .textToImage]), base: nil,
        baseVariable: "COMFYUI_BASE_URL", .bearer, variables: ["COMFYUI_API_KEY"],
        needsCredential: false)
}

extension ComfyUI.Workflow {
    /// The simplest: a checkpoint, two texts, a sampler, a file.
    static let textToImage = ComfyUI.Workflow(
        graph: .object([
            "1": node("CheckpointLoaderSimple", ["ckpt_name": .string("$model")]),
            "2": node("CLIPTextEncode", ["text": .string("$prompt"), "clip": link("1", 1)]),
            "3": node("CLIPTextEncode", ["text": .string("$negative"), "clip": link("1", 1)]),
            "4": node(
                "EmptyLatentImage",
                [
                    "width": .string("$width"), "height": .string("$height"),
                    "batch_size": .string("$n"),
                ]),
            "5": node(
                "KSampler",
                [
                    "model": link("1", 0), "positive": link("2", 0), "negative": link("3", 0),
                    "latent_image": link("4", 0), "seed": .string("$seed"), "steps": .number(20),
                    "cfg": .number(7), "sampler_name": .string("euler"),
                    "scheduler": .string("normal"), "denoise": .number(1),
                ]),
            "6": node("VAEDecode", ["samples": link("5", 0), "vae": link("1", 2)]),
            "7": node(
                "SaveImage", ["images": link("6", 0), "filename_prefix": .string("atelier")]),
        ]))

    private static func node(_ kind: String, _ inputs: [String: JSONValue]) -> JSONValue {
        .object(["class_type": .string(kind), "inputs": .object(inputs)])
    }

    private static func link(_ node: String, _ output: Int) -> JSONValue {
        .array([.string(node), .number(.init(output))])
    }
}
