import FoundationEssentials
import Pictures
import Providers
import Units

/// Vendors that answer a call with its pictures.
extension Rules {
    private static let openAIFields: Set<String> = [
        "model", "prompt", "n", "size", "quality", "background", "output_format",
        "output_compression", "moderation", "stream", "partial_images", "user",
    ]
    private static let openAIEdits = openAIFields.subtracting(["moderation"]).union([
        "image[]", "mask", "input_fidelity",
    ])

    private static let dataOfBase64: @Sendable (Result) -> JSONValue = { result in
        .object([
            "created": 1_763_700_000, "data": .array(result.base64),
            "usage": .object([
                "input_tokens": 50, "output_tokens": 300,
                "input_tokens_details": .object(["text_tokens": 10, "image_tokens": 40]),
            ]),
        ])
    }

    private static let evenSides: @Sendable (Submission) -> String? = { submission in
        let size = submission.size
        guard size.width % 16 == 0, size.height % 16 == 0 else {
            return "sides are no multiples of 16"
        }
        return submission.text("size") == nil ? "size is missing" : nil
    }

    static func openAI(_ login: Login) -> Rules {
        Rules(
            login: login,
            paths: ["/images/generations": openAIFields, "/images/edits": openAIEdits],
            made: dataOfBase64, check: evenSides)
    }

    static let xAI = Rules(
        login: .bearer,
        paths: [
            "/images/generations": [
                "model", "prompt", "n", "aspect_ratio", "resolution", "response_format", "quality",
            ],
            "/images/edits": [
                "model", "prompt", "n", "aspect_ratio", "resolution", "response_format", "quality",
                "image", "images",
            ],
        ],
        made: { result in
            .object([
                "data": .array(
                    result.pictures.map {
                        .object([
                            "b64_json": .string("data:image/png;base64,\($0)"),
                            "respect_moderation": .bool(true),
                        ])
                    }),
                "usage": .object(["cost_in_usd_ticks": 200_000_000]),
            ])
        })

    static let recraft: Rules = {
        let fields: Set<String> = [
            "model", "prompt", "n", "style", "substyle", "style_id", "negative_prompt",
            "random_seed", "response_format", "controls",
        ]
        return Rules(
            login: .bearer,
            paths: [
                "/images/generations": fields.union(["size"]),
                "/images/imageToImage": fields.union(["image", "strength"]),
                "/images/inpaint": fields.union(["image", "mask"]),
            ],
            made: { .object(["created": 1, "credits": 35, "data": .array($0.base64)]) })
    }()

    static let microsoft = Rules(
        login: .header("api-key"),
        paths: [
            "/mai/v1/images/generations": ["model", "prompt", "width", "height"],
            "/mai/v1/images/edits": ["model", "prompt", "image"],
        ],
        made: dataOfBase64,
        check: { submission in
            guard !submission.isForm else { return nil }
            let size = submission.size
            let fits = min(size.width, size.height) >= 768 && size.pixels <= 1_056_768
            return fits ? nil : "width and height are out of bounds"
        })

    static let ark = Rules(
        login: .bearer,
        paths: [
            "/images/generations": [
                "model", "prompt", "image", "size", "response_format", "watermark",
                "output_format", "seed", "guidance_scale",
            ]
        ],
        made: { result in
            .object([
                "model": "seedream", "data": .array(result.base64),
                "usage": .object(["generated_images": .number(1)]),
            ])
        })

    static let gemini = Rules(
        login: .header("x-goog-api-key"),
        paths: [":generateContent": ["contents", "generationConfig", "safetySettings", "tools"]],
        made: { result in
            let part = JSONValue.object([
                "inlineData": .object([
                    "mimeType": "image/png", "data": .string(result.pictures[0]),
                ])
            ])
            return .object([
                "candidates": .array([
                    .object(["content": .object(["parts": .array([part])]), "finishReason": "STOP"])
                ]),
                "usageMetadata": .object(["promptTokenCount": 8, "candidatesTokenCount": 1120]),
            ])
        })

    static let dashScope = Rules(
        login: .bearer,
        paths: ["/multimodal-generation/generation": ["model", "input", "parameters"]],
        made: { result in
            let content = result.addresses.map { JSONValue.object(["image": .string($0)]) }
            let message = JSONValue.object(["content": .array(content)])
            return .object([
                "request_id": "d-1",
                "output": .object(["choices": .array([.object(["message": message])])]),
                "usage": .object(["image_count": .number(1)]),
            ])
        },
        check: { $0.text("size")?.contains("*") == true ? nil : "size has no star" })

    static let ideogram: Rules = {
        let fields: Set<String> = [
            "prompt", "rendering_speed", "num_images", "seed", "magic_prompt", "negative_prompt",
            "style_type", "style_preset",
        ]
        return Rules(
            login: .header("Api-Key"),
            paths: [
                "/v1/ideogram-v3/generate": fields.union([
                    "aspect_ratio", "style_reference_images", "character_reference_images",
                ]),
                "/v1/ideogram-v3/edit": fields.union([
                    "image", "mask", "character_reference_images",
                ]),
                "/generate": ["image_request"], "/remix": ["image_file", "image_request"],
                "/edit": fields.union(["image_file", "mask", "model", "magic_prompt_option"]),
            ],
            made: { result in
                .object([
                    "created": "2026-11-21T00:00:00Z",
                    "data": .array(
                        result.addresses.map {
                            .object(["url": .string($0), "is_image_safe": .bool(true), "seed": 7])
                        }),
                ])
            },
            check: { submission in
                let isNew = submission.path.contains("v3")
                return isNew == submission.isForm || submission.path != "/generate"
                    ? nil : "it is no form"
            })
    }()

    static let reve = Rules(
        login: .bearer,
        paths: [
            "/v1/image/create": ["prompt", "aspect_ratio", "version", "postprocessing"],
            "/v1/image/edit": ["edit_instruction", "reference_image", "aspect_ratio", "version"],
            "/v1/image/remix": ["prompt", "reference_images", "aspect_ratio", "version"],
        ],
        made: { result in
            .object([
                "image": .string(result.pictures[0]), "content_violation": .bool(false),
                "request_id": "rsid-1", "credits_used": 18,
            ])
        })

    static let stability: Rules = {
        let fields: Set<String> = [
            "prompt", "negative_prompt", "aspect_ratio", "seed", "output_format", "style_preset",
            "image", "strength",
        ]
        let old: Set<String> = ["samples", "seed", "steps", "cfg_scale", "style_preset"]
        return Rules(
            login: .bearer,
            paths: [
                "/generate/sd3": fields.union(["model", "mode", "cfg_scale"]),
                "/generate/ultra": fields, "/generate/core": fields,
                "/text-to-image": old.union(["text_prompts", "width", "height"]),
                "/masking": old.union([
                    "text_prompts[0][text]", "text_prompts[0][weight]", "init_image", "mask_image",
                    "mask_source",
                ]),
            ],
            made: { result in
                .object([
                    "image": .string(result.pictures[0]), "finish_reason": "SUCCESS", "seed": 4,
                ])
            },
            check: { $0.path.hasPrefix("/v2beta") && !$0.isForm ? "it is no form" : nil })
    }()

    static let openRouter = Rules(
        login: .bearer,
        paths: [
            "/images": [
                "model", "prompt", "n", "resolution", "aspect_ratio", "size", "quality",
                "background", "output_format", "output_compression", "seed", "input_references",
                "stream", "user", "session_id", "provider",
            ]
        ],
        made: { result in
            .object([
                "created": 1, "data": .array(result.base64),
                "usage": .object([
                    "prompt_tokens": 12, "completion_tokens": 4160,
                    "cost": JSONValue(json: Array("0.0412345".utf8)) ?? .null,
                ]),
            ])
        })

    static let local = Rules(
        login: .bearer,
        paths: [
            "/images/generations": openAIFields.union([
                "response_format", "seed", "negative_prompt", "num_inference_steps",
                "guidance_scale",
            ]),
            "/images/edits": openAIEdits.union(["response_format", "seed"]),
        ],
        made: { .object(["created": 1, "data": .array($0.urls)]) })

    static let a1111: Rules = {
        let fields: Set<String> = [
            "prompt", "negative_prompt", "width", "height", "batch_size", "n_iter", "seed", "steps",
            "cfg_scale", "send_images", "save_images", "override_settings",
        ]
        return Rules(
            login: .basic,
            paths: [
                "/sdapi/v1/txt2img": fields,
                "/sdapi/v1/img2img": fields.union(["init_images", "mask", "denoising_strength"]),
            ],
            made: { result in
                .object([
                    "images": .array(result.pictures.map { .string($0) }),
                    "info": "{\"seed\":7}",
                ])
            })
    }()
}
