import Providers

/// One of dialect (e)'s parameter objects: for which models it is, and what each member means here.
/// Source: Apiframe's OpenAPI document.
struct V2Family: Sendable {
    /// The request's member.
    let name: String
    /// Beginnings of the ids that it is for.
    let models: [String]
    let members: [String: Meaning]

    /// What a member asks for, in the words that all dialects share.
    enum Meaning: Sendable {
        case ratio, tier, width, height
        /// Words such as `square_hd` and `portrait_4_3`.
        case namedSize
        case quality, format, compression, seed, count
        /// Up to so many.
        case pictures(Int)
        case mask
        case option(PictureOption)
        /// A knob of that service's own: read, and without effect here.
        case without(Kind)
    }

    /// What a member without effect has to be all the same.
    enum Kind: Sendable {
        case text, number, flag
    }

    /// The object that is for a model.
    static func of(_ model: String) -> V2Family? {
        all.first { family in family.models.contains { model.hasPrefix($0) } }
    }

    /// Longer beginnings first, where one is part of another.
    static let all: [V2Family] = [
        V2Family(
            name: "midjourneyParams", models: ["midjourney"], members: ["aspect_ratio": .ratio]),
        V2Family(
            name: "nanoBananaParams", models: ["nano-banana", "gemini-"],
            members: [
                "aspect_ratio": .ratio, "resolution": .tier, "output_format": .format,
                "image_input": .pictures(14), "google_search": .without(.flag),
                "image_search": .without(.flag),
            ]),
        V2Family(
            name: "fluxLoraParams", models: ["flux-lora"],
            members: [
                "loraId": .without(.text), "aspect_ratio": .ratio,
                "lora_strength": .without(.number),
                "guidance_scale": .option(.guidance), "num_inference_steps": .option(.steps),
                "num_outputs": .count, "seed": .seed, "output_format": .format,
            ]),
        V2Family(
            name: "fluxParams", models: ["flux-"],
            members: [
                "aspect_ratio": .ratio, "width": .width, "height": .height, "resolution": .tier,
                "steps": .option(.steps), "guidance": .option(.guidance), "seed": .seed,
                "raw": .option(.raw), "go_fast": .without(.flag),
                "prompt_upsampling": .without(.flag), "image_prompt": .pictures(1),
                "image_prompt_strength": .without(.number), "input_images": .pictures(10),
                "output_format": .format, "output_quality": .compression,
            ]),
        V2Family(
            name: "seedreamParams", models: ["seedream-"],
            members: [
                "aspect_ratio": .ratio, "size": .tier, "resolution": .tier, "width": .width,
                "height": .height, "guidance_scale": .option(.guidance), "seed": .seed,
                "image_input": .pictures(14), "enhance_prompt": .without(.flag),
                "use_pre_llm": .without(.flag), "output_format": .format,
            ]),
        V2Family(
            name: "ideogramParams", models: ["ideogram-"],
            members: [
                "aspect_ratio": .ratio, "resolution": .tier, "style_type": .option(.styleType),
                "style_preset": .option(.stylePreset), "negative_prompt": .option(.negativePrompt),
                "seed": .seed, "magic_prompt_option": .option(.magicPrompt),
                "rendering_speed": .without(.text), "image": .pictures(1), "mask": .mask,
                "character_reference_image": .pictures(1), "style_reference_images": .pictures(3),
            ]),
        V2Family(
            name: "stableDiffusionParams",
            models: ["stable-diffusion", "stable-image", "sd3", "sdxl"],
            members: [
                "aspect_ratio": .ratio, "cfg": .without(.number), "steps": .without(.number),
                "prompt_strength": .without(.number), "image": .pictures(1),
                "negative_prompt": .option(.negativePrompt), "seed": .seed,
                "output_format": .format,
                "output_quality": .compression,
            ]),
        V2Family(
            name: "imagenParams", models: ["imagen-"],
            members: ["aspect_ratio": .ratio, "image_size": .tier, "output_format": .format]),
        V2Family(
            name: "dalleParams", models: ["dall-e-"],
            members: ["aspect_ratio": .ratio, "style": .option(.style)]),
        V2Family(
            name: "gptImage2Params", models: ["gpt-image-2"],
            members: gptImage.merging(["moderation": .option(.moderation)]) { $1 }),
        V2Family(
            name: "gptImageParams", models: ["gpt-image-1"],
            members: gptImage.merging(["input_fidelity": .option(.inputFidelity)]) { $1 }),
        V2Family(
            name: "klingImageParams", models: ["kling-"],
            members: [
                "aspect_ratio": .ratio, "model_name": .without(.text), "image": .pictures(1),
                "image_fidelity": .without(.number), "n": .count,
                "negative_prompt": .option(.negativePrompt),
            ]),
        V2Family(
            name: "qwenImage2Params", models: ["qwen-image-2", "qwen-image-3"],
            members: [
                "aspect_ratio": .ratio, "image": .pictures(1),
                "negative_prompt": .option(.negativePrompt), "seed": .seed,
            ]),
        V2Family(
            name: "qwenImageParams", models: ["qwen-image"],
            members: [
                "task_type": .without(.text), "image_size": .namedSize, "image_url": .pictures(1),
                "strength": .without(.number), "guidance_scale": .without(.number),
                "num_inference_steps": .without(.number), "num_images": .count,
                "acceleration": .without(.text), "negative_prompt": .option(.negativePrompt),
                "seed": .seed, "output_format": .format,
            ]),
        V2Family(
            name: "wanImage27Params", models: ["wan-image-2.7"],
            members: [
                "aspect_ratio": .ratio, "image": .pictures(1), "seed": .seed,
                "thinking_mode": .option(.thinking),
            ]),
        V2Family(
            name: "wanImageParams", models: ["wan-image"],
            members: [
                "aspect_ratio": .ratio, "image": .pictures(1),
                "negative_prompt": .option(.negativePrompt), "prompt_extend": .without(.flag),
                "seed": .seed,
            ]),
        V2Family(
            name: "grokImagineParams", models: ["grok-imagine"],
            members: ["aspect_ratio": .ratio, "image": .pictures(1)]),
        V2Family(
            name: "reveParams", models: ["reve-"],
            members: ["aspect_ratio": .ratio, "seed": .seed, "version": .without(.text)]),
    ]

    private static let gptImage: [String: Meaning] = [
        "aspect_ratio": .ratio, "quality": .quality, "background": .option(.background),
        "input_images": .pictures(16), "number_of_images": .count, "output_format": .format,
    ]

    /// `parameters`, ours: every model takes it, in the words of the other dialects.
    static let general = V2Family(
        name: "parameters", models: [""],
        members: Dictionary(
            PictureOption.allCases.map { ($0.rawValue, Meaning.option($0)) }
                + [
                    ("aspect_ratio", .ratio), ("resolution", .tier), ("width", .width),
                    ("height", .height), ("size", .namedSize), ("quality", .quality),
                    ("output_format", .format), ("output_compression", .compression),
                    ("seed", .seed), ("n", .count), ("images", .pictures(16)), ("mask", .mask),
                ], uniquingKeysWith: { first, _ in first }))
}
