internal import Pictures
internal import Units

/// Black Forest Labs: every task has its own address, and its cost is told when it begins.
extension Vendor {
    private static let hosts = ["*.bfl.ai", "*.bfl.ml"]

    static let blackForestLabs = Vendor(
        "black-forest-labs", title: "Black Forest Labs",
        Job(
            path: "/{model}", inputs: models, place: .address("polling_url", hosts: hosts),
            status: "status",
            states: [
                "pending": .pending, "queued": .pending, "processing": .pending, "ready": .done,
                "request moderated": .moderated, "content moderated": .moderated,
                "error": .failed, "failed": .failed, "task not found": .failed,
            ], results: ["result.sample", "result.samples[]"],
            reasons: ["details", "result.error"],
            percent: "progress", seed: "result.seed", cost: ("cost", exponent: -2),
            keeps: ["cost", "output_mp", "input_mp"],
            errors: ErrorTable([])),
        base: "https://api.bfl.ai/v1", baseVariable: "BFL_BASE_URL", .header("x-key"),
        variables: ["BFL_API_KEY"], resultHosts: hosts)

    private static let format = (
        name: "output_format", formats: [ImageFormat.jpeg, .png], jpeg: "jpeg"
    )

    private static let models: [(model: String, JobInputs)] = [
        (
            "flux-pro-1.1-ultra",
            JobInputs(
                ratio: "aspect_ratio", format: format, images: .single("image_prompt"),
                form: .bare, options: [.raw: "raw"])
        ),
        (
            "flux-pro-1.0-fill",
            JobInputs(
                format: format, images: .single("image"), form: .bare,
                mask: ("mask", .whiteChanges), options: [.steps: "steps", .guidance: "guidance"])
        ),
        (
            "flux-pro-1.1",
            JobInputs(
                size: .sides(multiple: 32, within: 256...1440), format: format,
                images: .single("image_prompt"), form: .bare)
        ),
        (
            "flux-kontext",
            JobInputs(
                ratio: "aspect_ratio", format: format, images: .numbered("input_image"),
                form: .bare)
        ),
        (
            "flux-2",
            JobInputs(
                size: .sides(multiple: 16, within: 256...2048), format: format,
                images: .numbered("input_image"), form: .bare,
                options: [.steps: "steps", .guidance: "guidance"])
        ),
    ]
}
