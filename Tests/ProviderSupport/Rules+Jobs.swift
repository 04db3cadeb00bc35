import Pictures
import Providers
import Units

/// Vendors that name a task.
extension Rules {
    static let blackForestLabs: Rules = {
        let fields: Set<String> = [
            "prompt", "seed", "output_format", "prompt_upsampling", "safety_tolerance",
        ]
        let sized = fields.union(["width", "height"])
        let references = sized.union(["input_image", "input_image_2", "input_image_3"])
        let tuned = references.union(["steps", "guidance"])
        let shaped = fields.union(["aspect_ratio"])
        let context = shaped.union(["input_image", "input_image_2", "input_image_3"])
        return Rules(
            login: .header("x-key"),
            paths: [
                "/flux-2-pro": references, "/flux-2-max": references, "/flux-2-flex": tuned,
                "/flux-pro-1.1": sized.union(["image_prompt"]),
                "/flux-pro-1.1-ultra": shaped.union([
                    "raw", "image_prompt", "image_prompt_strength",
                ]), "/flux-kontext-pro": context, "/flux-kontext-max": context,
                "/flux-pro-1.0-fill": fields.union(["image", "mask", "steps", "guidance"]),
            ],
            made: { result in
                .object([
                    "id": .string(result.task), "status": "Ready",
                    "result": .object(["sample": .string(result.addresses[0]), "seed": 42]),
                ])
            },
            accepted: { result in
                .object([
                    "id": .string(result.task), "cost": 3,
                    "polling_url": .string("\(result.base)/v1/get_result?id=\(result.task)"),
                ])
            }, running: .object(["status": "Pending", "result": .null]),
            check: { $0.size.width % 16 == 0 ? nil : "width is no multiple of 16" })
    }()

    static let fal: Rules = {
        let fields: Set<String> = [
            "prompt", "image_size", "num_images", "seed", "output_format", "guidance_scale",
        ]
        let shaped = fields.subtracting(["image_size"]).union(["aspect_ratio"])
        let tiered = shaped.union(["resolution"])
        let ideogram = fields.union([
            "rendering_speed", "negative_prompt", "style", "image_urls",
        ])
        return Rules(
            login: .key,
            paths: [
                "/fal-ai/flux-pro/v1.1": fields,
                "/fal-ai/flux-pro/v1.1-ultra": shaped.union(["raw"]),
                "/fal-ai/nano-banana": shaped, "/fal-ai/nano-banana-2": tiered,
                "/fal-ai/nano-banana-pro": tiered, "/fal-ai/ideogram/v3": ideogram,
                "/fal-ai/kling-image/v3/text-to-image": tiered.union(["negative_prompt"]),
                "/fal-ai/qwen-image": fields.union(["negative_prompt"]),
                "/fal-ai/bytedance/dreamina/v3.1/text-to-image": fields,
                "/fal-ai/bytedance/seedream/v4/text-to-image": fields,
                "/fal-ai/bytedance/seedream/v4.5/text-to-image": fields,
                "/fal-ai/flux-2": fields, "/fal-ai/flux-2/edit": fields.union(["image_urls"]),
                "/fal-ai/ideogram/v3/edit": [
                    "prompt", "image_url", "mask_url", "rendering_speed", "num_images", "seed",
                    "image_size",
                ],
            ],
            made: { .object(["images": .array($0.urls), "seed": 3]) },
            accepted: { result in
                let place = "\(result.base)/fal-ai/app/requests/\(result.task)"
                return .object([
                    "request_id": .string(result.task), "status": "IN_QUEUE",
                    "response_url": .string(place), "status_url": .string("\(place)/status"),
                ])
            }, running: .object(["status": "IN_PROGRESS"]),
            finished: .object(["status": "COMPLETED"]))
    }()

    static let replicate = Rules(
        login: .bearer, paths: ["/predictions": ["input", "version"]],
        made: { result in
            .object([
                "id": .string(result.task), "status": "succeeded",
                "output": .array(result.addresses.map { .string($0) }),
            ])
        },
        accepted: { .object(["id": .string($0.task), "status": "starting"]) },
        running: .object(["status": "processing", "output": .null]))

    static let kling = Rules(
        login: .token,
        paths: [
            "/v1/images/generations": [
                "model_name", "prompt", "negative_prompt", "image", "n", "aspect_ratio",
                "resolution",
            ]
        ],
        made: { result in
            .object([
                "code": 0, "request_id": "k-1",
                "data": .object([
                    "task_id": .string(result.task), "task_status": "succeed",
                    "task_result": .object(["images": .array(result.urls)]),
                ]),
            ])
        },
        accepted: { result in
            .object([
                "code": 0, "request_id": "k-1",
                "data": .object([
                    "task_id": .string(result.task), "task_status": "submitted",
                ]),
            ])
        },
        running: .object(["code": 0, "data": .object(["task_status": "processing"])]))

    static let midjourney = Rules(
        login: .header("mj-api-secret"),
        paths: ["/submit/imagine": ["prompt", "base64Array", "notifyHook", "state"]],
        made: { result in
            .object([
                "id": .string(result.task), "status": "SUCCESS",
                "imageUrl": .string(result.addresses[0]),
            ])
        },
        accepted: { .object(["code": 1, "description": "ok", "result": .string($0.task)]) },
        running: .object(["status": "IN_PROGRESS", "progress": "40%"]))

    static let comfyUI = Rules(
        login: .bearer, paths: ["/prompt": ["prompt", "client_id"]],
        made: { result in
            let images = result.addresses.map { address in
                JSONValue.object([
                    "filename": .string(String(address.split(separator: "/").last ?? "")),
                    "subfolder": "", "type": "output",
                ])
            }
            return .object([
                result.task: .object([
                    "outputs": .object(["7": .object(["images": .array(images)])]),
                    "status": .object(["status_str": "success", "completed": .bool(true)]),
                ])
            ])
        },
        accepted: { .object(["prompt_id": .string($0.task), "number": 1]) },
        running: .object([:]))

    /// By the vendor's name.
    static func of(_ vendor: String) -> Rules? {
        switch vendor {
        case "openai": openAI(.bearer)
        case "azure": openAI(.header("api-key"))
        case "xai": xAI
        case "recraft": recraft
        case "microsoft": microsoft
        case "bytedance": ark
        case "local": local
        case "google": gemini
        case "black-forest-labs": blackForestLabs
        case "fal": fal
        case "replicate": replicate
        case "kling": kling
        case "midjourney": midjourney
        case "comfyui": comfyUI
        case "alibaba": dashScope
        case "ideogram": ideogram
        case "reve": reve
        case "stability": stability
        case "openrouter": openRouter
        case "a1111": a1111
        default: nil
        }
    }
}
