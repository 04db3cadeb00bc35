internal import HTTP
internal import Pictures
internal import Units

/// fal: a queue in front of other makers' models, each with inputs of its own.
extension Vendor {
    private static let hosts = ["queue.fal.run", "queue.falrun.com"]

    static let fal = Vendor(
        "fal", title: "fal",
        Job(
            path: "/{model}", headers: ["X-Fal-Object-Lifecycle-Preference": lifecycle],
            inputs: models, place: .address("status_url", hosts: hosts),
            resultPlace: "response_url", status: "status",
            states: ["in_queue": .pending, "in_progress": .pending, "completed": .done],
            results: ["images[].url", "image.url"], reasons: ["error", "detail"],
            refusals: ["content_policy", "content policy", "nsfw", "safety"], seed: "seed",
            blackened: "has_nsfw_concepts[]",
            errors: ErrorTable([
                .init(
                    403, 401, words: ["exhausted balance", "balance", "locked"], .operatorFunds),
                .init(422, 400, codes: ["content_policy_violation"], .moderated),
                .init(
                    422, codes: ["no_media_generated"], words: ["safety", "content policy"],
                    .moderated),
                .init(codes: ["generation_timeout", "request_timeout"], .timeout),
                .init(
                    codes: ["downstream_service_*", "runner_*", "internal_server_error"],
                    .overloaded),
            ])),
        base: "https://queue.fal.run", baseVariable: "FAL_BASE_URL", .word("Key"),
        variables: ["FAL_KEY"], resultHosts: ["fal.media", "*.fal.media"])

    /// An hour is enough to copy a picture, and more would leave it open to whoever has its address.
    private static let lifecycle = #"{"expiration_duration_seconds":3600}"#

    private static let format = (
        name: "output_format", formats: [ImageFormat.jpeg, .png], jpeg: "jpeg"
    )
    private static let formats = (
        name: "output_format", formats: ImageFormat.allCases, jpeg: "jpeg"
    )

    /// Models that know pixels, and edit under another path with several pictures.
    private static func sized(
        _ edit: (String, String)?, options: [PictureOption: String] = [:]
    ) -> JobInputs {
        JobInputs(
            size: .object("image_size"), n: "num_images", images: .list("image_urls"),
            options: options, edit: edit.map { (from: $0.0, to: $0.1) })
    }

    private static let models: [(model: String, JobInputs)] = [
        (
            "fal-ai/flux-pro/v1.1-ultra",
            JobInputs(
                ratio: "aspect_ratio", n: "num_images", format: format,
                images: .single("image_url"), options: [.raw: "raw"], edit: ("", "/redux"))
        ),
        (
            "fal-ai/flux-pro/v1.1",
            JobInputs(
                size: .object("image_size"), n: "num_images", format: format,
                images: .single("image_url"), edit: ("", "/redux"))
        ),
        (
            "fal-ai/flux-2",
            JobInputs(
                size: .object("image_size"), n: "num_images", format: formats,
                images: .list("image_urls"),
                options: [.guidance: "guidance_scale", .steps: "num_inference_steps"],
                edit: ("", "/edit"))
        ),
        (
            "fal-ai/nano-banana-",
            JobInputs(
                ratio: "aspect_ratio", tier: "resolution", tiers: ["512": "0.5K"],
                n: "num_images", format: formats, images: .list("image_urls"), edit: ("", "/edit"))
        ),
        (
            "fal-ai/nano-banana",
            JobInputs(
                ratio: "aspect_ratio", n: "num_images", format: formats,
                images: .list("image_urls"), edit: ("", "/edit"))
        ),
        (
            "fal-ai/ideogram/v3",
            JobInputs(
                size: .object("image_size"), n: "num_images", images: .list("image_urls"),
                mask: ("mask_url", .blackChanges),
                options: [.negativePrompt: "negative_prompt", .styleType: "style"],
                variant: "rendering_speed", edit: ("", ""), maskEdit: "/edit",
                maskImages: .single("image_url"))
        ),
        (
            "fal-ai/kling-image",
            JobInputs(
                ratio: "aspect_ratio", tier: "resolution", n: "num_images", seed: nil,
                images: .single("image_url"),
                options: [.negativePrompt: "negative_prompt"], withoutPictures: [.negativePrompt],
                edit: ("/text-to-image", "/image-to-image"))
        ),
        (
            "fal-ai/qwen-image",
            sized(("", "/edit"), options: [.negativePrompt: "negative_prompt"])
        ),
        (
            "fal-ai/bytedance/",
            sized(("/text-to-image", "/edit"), options: [.guidance: "guidance_scale"])
        ),
        ("", sized(("", "/edit"))),
    ]
}
