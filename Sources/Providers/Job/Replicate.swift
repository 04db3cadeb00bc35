internal import HTTP
internal import Pictures
internal import Units

/// Replicate: predictions, whose input is whatever the model's own schema says.
extension Vendor {
    static let replicate = Vendor(
        "replicate", title: "Replicate",
        Job(
            path: "/models/{model}/predictions", wrapper: "input", inputs: models,
            place: .id("id", poll: "/predictions/{task}"), status: "status",
            states: [
                "starting": .pending, "processing": .pending, "succeeded": .done,
                "failed": .failed, "canceled": .failed, "aborted": .failed,
            ], results: ["output[]", "output"],
            refusals: ["nsfw", "flagged", "sensitive", "e005", "content policy", "safety"],
            errors: ErrorTable([
                .init(422, words: ["version does not exist", "invalid version"], .modelGone)
            ])),
        base: "https://api.replicate.com/v1", baseVariable: "REPLICATE_BASE_URL", .bearer,
        variables: ["REPLICATE_API_TOKEN"],
        resultHosts: ["replicate.delivery", "*.replicate.delivery"])

    private static let format = (
        name: "output_format", formats: ImageFormat.allCases, jpeg: "jpg"
    )

    private static let models: [(model: String, JobInputs)] = [
        (
            "black-forest-labs/flux-1.1-pro-ultra",
            JobInputs(
                ratio: "aspect_ratio",
                format: (name: "output_format", formats: [.jpeg, .png], jpeg: "jpg"),
                images: .single("image_prompt"), options: [.raw: "raw"])
        ),
        (
            "black-forest-labs/flux-1.1-pro",
            JobInputs(
                size: .sides(multiple: 32, within: 256...1440),
                ratioOfSides: ("aspect_ratio", "custom"), format: format,
                images: .single("image_prompt"))
        ),
        (
            "black-forest-labs/flux-2",
            JobInputs(
                size: .sides(multiple: 16, within: 256...2048),
                ratioOfSides: ("aspect_ratio", "custom"), format: format,
                images: .list("input_images"),
                options: [.steps: "steps", .guidance: "guidance"])
        ),
        (
            "stability-ai/sdxl",
            JobInputs(
                size: .sides(multiple: 8, within: 64...2048), n: "num_outputs",
                images: .single("image"), mask: ("mask", .whiteChanges),
                options: [
                    .negativePrompt: "negative_prompt", .steps: "num_inference_steps",
                    .guidance: "guidance_scale",
                ])
        ),
        (
            "bytedance/",
            JobInputs(ratio: "aspect_ratio", tier: "size", images: .list("image_input"))
        ),
        (
            "google/",
            JobInputs(
                ratio: "aspect_ratio", tier: "resolution", seed: nil,
                format: (name: "output_format", formats: [.jpeg, .png], jpeg: "jpg"),
                images: .list("image_input"))
        ),
        ("", JobInputs(ratio: "aspect_ratio", images: .single("image"))),
    ]
}
