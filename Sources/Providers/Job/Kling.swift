internal import Units

/// Kling: a token signed for each call, and a code beside the status.
extension Vendor {
    static let kling = Vendor(
        "kling", title: "Kling",
        Job(
            path: "/v1/images/generations", modelField: "model_name",
            inputs: [
                (
                    "",
                    JobInputs(
                        ratio: "aspect_ratio", tier: "resolution", tierIsLower: true, n: "n",
                        seed: nil, images: .single("image"), form: .bare,
                        options: [.negativePrompt: "negative_prompt"],
                        withoutPictures: [.negativePrompt])
                )
            ],
            place: .id("data.task_id", poll: "/v1/images/generations/{task}"),
            status: "data.task_status",
            states: [
                "submitted": .pending, "processing": .pending, "succeed": .done,
                "failed": .failed,
            ], results: ["data.task_result.images[].url"], reasons: ["data.task_status_msg"],
            refusals: ["risk", "policy"], next: .seconds(3),
            errors: ErrorTable([
                .init(
                    codes: ["1000", "1001", "1002", "1003", "1004", "1103", "1304"], .operatorAuth),
                .init(codes: ["1100", "1101", "1102"], .operatorFunds),
                .init(codes: ["1300", "1301"], .moderated),
                .init(codes: ["1302", "1303"], .rateLimited),
                .init(codes: ["1200", "1201"], .badRequest),
                .init(codes: ["1202", "1203"], .modelGone),
                .init(codes: ["5000", "5001"], .overloaded),
                .init(codes: ["5002"], .timeout),
            ])),
        base: "https://api-singapore.klingai.com", baseVariable: "KLING_BASE_URL", .signedToken,
        variables: ["KLING_ACCESS_KEY"], secretVariable: "KLING_SECRET_KEY",
        resultHosts: ["*.klingai.com", "*.kwimgs.com", "*.kechuangai.com"])
}
