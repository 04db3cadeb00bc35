internal import Units

/// The vendors that speak `openai-images`.
extension Vendor {
    static let openAI = Vendor(
        "openai", title: "OpenAI", OpenAIImages.gptImage, base: "https://api.openai.com/v1",
        baseVariable: "OPENAI_BASE_URL", .bearer, variables: ["OPENAI_API_KEY"],
        timeout: .seconds(300))

    static let azure = Vendor(
        "azure", title: "Azure OpenAI", OpenAIImages.gptImage, base: nil,
        baseVariable: "AZURE_OPENAI_BASE_URL", .header("api-key"),
        variables: ["AZURE_OPENAI_API_KEY"], timeout: .seconds(300))

    static let xAI = Vendor(
        "xai", title: "xAI",
        OpenAIImages(
            edits: .objects(path: "/images/edits"), sizes: .shape, responseFormat: "b64_json",
            takesQuality: true, usage: .ticks,
            errors: ErrorTable(
                [
                    .init(
                        400, 401, words: ["incorrect api key", "invalid api key"], .operatorAuth),
                    .init(403, words: ["credit", "spending limit", "balance"], .operatorFunds),
                    .init(
                        400, 403, 422, codes: ["*content_policy*", "*moderation*"],
                        words: [
                            "content policy", "content moderation", "usage guidelines", "safety",
                        ],
                        .moderated),
                ])),
        base: "https://api.x.ai/v1", baseVariable: "XAI_BASE_URL", .bearer,
        variables: ["XAI_API_KEY"], resultHosts: ["*.x.ai"])

    static let recraft = Vendor(
        "recraft", title: "Recraft",
        OpenAIImages(
            edits: .form(
                path: "/images/imageToImage", image: "image", maskPath: "/images/inpaint",
                mask: .whiteChanges),
            editsTakeSize: false, responseFormat: "b64_json",
            options: [.style: "style", .negativePrompt: "negative_prompt"],
            seedField: "random_seed", strength: "0.5", usage: .credits,
            errors: ErrorTable(
                [
                    .init(400, 402, 403, words: ["not enough credits", "credits"], .operatorFunds),
                    .init(
                        400, 422, codes: ["*moderation*", "*safety*"],
                        words: ["moderation", "inappropriate", "safety", "content policy"],
                        .moderated),
                ])),
        base: "https://external.api.recraft.ai/v1", baseVariable: "RECRAFT_BASE_URL", .bearer,
        variables: ["RECRAFT_API_TOKEN", "RECRAFT_API_KEY"], resultHosts: ["*.recraft.ai"])

    static let microsoft = Vendor(
        "microsoft", title: "Microsoft MAI",
        OpenAIImages(
            path: "/mai/v1/images/generations",
            edits: .form(
                path: "/mai/v1/images/edits", image: "image", maskPath: nil, mask: nil),
            sizes: .sides, editsTakeSize: false, takesN: false, query: "?api-version=preview"),
        base: nil, baseVariable: "AZURE_AI_BASE_URL", .header("api-key"),
        variables: ["AZURE_AI_API_KEY"])

    static let byteDance = Vendor(
        "bytedance", title: "BytePlus ModelArk",
        OpenAIImages(
            edits: .texts, takesN: false, responseFormat: "b64_json",
            options: [.guidance: "guidance_scale"], seedField: "seed",
            // Drawn over every picture unless it is declined.
            always: [("watermark", .bool(false))], usage: .images,
            errors: ErrorTable(
                [
                    .init(
                        codes: [
                            "*SensitiveContentDetected*", "PolicyViolation", "*RiskDetection*",
                            "PrivacyInformation*",
                        ], .moderated),
                    .init(codes: ["AccountOverdueError"], .operatorFunds),
                    .init(429, codes: ["SetLimitExceeded", "QuotaExceeded"], .operatorFunds),
                    .init(429, 500, 503, codes: ["ServerOverloaded"], .overloaded),
                    .init(
                        codes: ["ModelNotOpen", "AuthenticationError", "AccessDenied*"],
                        .operatorAuth),
                    .init(codes: ["InvalidEndpointOrModel*"], .modelGone),
                    .init(codes: ["InternalServiceError"], .overloaded),
                ])),
        base: "https://ark.ap-southeast.bytepluses.com/api/v3", baseVariable: "ARK_BASE_URL",
        .bearer, variables: ["ARK_API_KEY"], resultHosts: ["*.bytepluses.com", "*.volces.com"],
        timeout: .seconds(600))

    /// Any server that speaks it: LocalAI, stable-diffusion.cpp, vLLM-Omni.
    static let local = Vendor(
        "local", title: "Local server",
        OpenAIImages(
            responseFormat: "b64_json",
            options: [
                .negativePrompt: "negative_prompt", .steps: "num_inference_steps",
                .guidance: "guidance_scale",
            ], takesFormat: false, seedField: "seed", promptIsUnsafe: true),
        base: nil, baseVariable: "LOCAL_IMAGES_BASE_URL", .bearer,
        variables: ["LOCAL_IMAGES_API_KEY"], needsCredential: false, timeout: .seconds(600))
}

extension OpenAIImages {
    /// OpenAI's own models. They always answer base64 and reject `response_format`.
    static let gptImage = OpenAIImages(
        options: [
            .background: "background", .moderation: "moderation",
            .inputFidelity: "input_fidelity", .style: "style",
        ], takesQuality: true, takesFormat: true, streams: true)

    /// Of OpenAI, and of who copies it.
    static let openAIErrors: [ErrorTable.Rule] = [
        .init(
            400, 403,
            codes: [
                "moderation_blocked", "content_policy_violation", "contentFilter", "content_filter",
                "ResponsibleAIPolicyViolation",
            ], words: ["safety system", "content policy"], .moderated),
        .init(
            400, 429, 403, codes: ["billing_hard_limit_reached", "insufficient_quota"],
            .operatorFunds),
        .init(400, codes: ["invalid_api_key"], .operatorAuth),
        // A deployment that the operator has not made.
        .init(404, codes: ["DeploymentNotFound"], .operatorAuth),
    ]
}
