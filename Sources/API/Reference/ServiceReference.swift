import HTTP
import Units

extension Reference.Chapter {
    /// The service itself.
    static let service = Reference.Chapter(
        name: "Service",
        about: "For machines that watch this one, and for readers.",
        operations: [
            "GET /healthz": healthz, "GET /readyz": readyz, "GET /metrics": metrics,
            "GET /openapi.json": document, "GET /docs": docs,
        ])

    private static let healthz = Operation(
        "getHealth", "Whether the process lives", "",
        answers: [.json(.object(.must("status", .word(["ok"]))), "It does.")])

    private static let readiness = Shape.object(
        .must("status", .word(["ready", "unavailable", "leaving"])), .must("database", .boolean()),
        .must("store", .boolean()), .must("store_room", .boolean()))

    private static let readyz = Operation(
        "getReadiness", "Whether it can do its work",
        "The database answers, and the store can be written and has room for what is bought. "
            + "A server that is about to stop is not ready, and serves on for a while.",
        answers: [
            .json(readiness, "It can."),
            .json(readiness, "It cannot.", status: .serviceUnavailable),
        ])

    private static let metrics = Operation(
        "getMetrics", "Figures", "In Prometheus' text format 0.0.4.",
        answers: [
            .init(status: .ok, note: "The figures.", contents: [("text/plain", .text())])
        ])

    private static let unchanged = Operation.Answer(
        status: .notModified, note: "The caller has it already.")

    private static let tagged = [
        (name: "ETag", shape: Shape.text()), (name: "Cache-Control", shape: Shape.text()),
    ]

    private static let document = Operation(
        "getOpenAPI", "This interface, for programs", "OpenAPI 3.1.",
        answers: [
            .json(.object(.must("openapi", .text())), "The document.").with(tagged), unchanged,
        ]
    ).taking(.header("If-None-Match", .text("The `ETag` of before.")))

    private static let docs = Operation(
        "getDocs", "This interface, for people", "One page without any outside asset.",
        answers: [
            .init(
                status: .ok, note: "The page.", contents: [("text/html", .text())],
                headers: tagged), unchanged,
        ]
    ).taking(.header("If-None-Match", .text("The `ETag` of before.")))
        .changed { $0.example.savesTo = "atelier.html" }
}
