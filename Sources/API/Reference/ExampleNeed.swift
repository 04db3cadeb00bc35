/// Something that an example speaks of, with the lines that make it: every example runs by itself.
///
/// Everything here is free: `test/test` draws it. A file that the reader has already is left as it is.
struct ExampleNeed {
    /// What gives it away in a request.
    let sign: String
    let lines: String
    /// Takes away again what would pile up.
    var tidying: String?

    /// `request` between the lines that it needs, unless it makes the thing itself.
    static func completing(_ request: String) -> String {
        let needs = all.filter { need in
            request.contains(need.sign) && !request.contains("\(need.sign.dropFirst())=$(")
        }
        // What is deleted by the example is gone.
        let tidying = request.contains("-X DELETE") ? [] : needs.compactMap(\.tidying)
        return (needs.map(\.lines) + [request] + tidying).joined(separator: "\n")
    }

    private static let key = #"-H "Authorization: Bearer $ATELIER_KEY""#

    /// The first value of a member in what an answer says.
    private static func taking(_ member: String) -> String {
        #"grep -o '"\#(member)":"[^"]*"' | head -n 1 | cut -d '"' -f 4"#
    }

    /// A variable with a member of what a request answers.
    private static func variable(
        _ name: String, _ member: String, _ path: String, sending body: String? = nil,
        isTidied: Bool = false
    ) -> ExampleNeed {
        let sent = body.map { " \\\n  -H 'Content-Type: application/json' -d '\($0)'" } ?? ""
        return ExampleNeed(
            sign: "$" + name,
            lines: """
                \(name)=$(curl -sS "$ATELIER_URL\(path)" \(key)\(sent) \\
                  | \(taking(member)))
                """,
            tidying: isTidied
                ? #"curl -sS -X DELETE "$ATELIER_URL\#(path)/$\#(name)" \#(key)"# : nil)
    }

    private static let picture = #"{"model":"test/test","prompt":"a fox","size":"512x512"}"#

    static let all: [ExampleNeed] = [
        .init(sign: "@photo.png", lines: writing("photo.png", photo)),
        .init(
            sign: "@room.png",
            lines: writing("room.png", photo) + "\n" + writing("mask.png", transparent)),
        variable("GENERATION", "id", "/v1/image/generate", sending: picture),
        .init(
            sign: "$NAME",
            lines: """
                NAME=$(curl -sS "$ATELIER_URL/v1/image/generate" \(key) \\
                  -H 'Content-Type: application/json' -d '\(picture)' \\
                  | \(taking("url")) | sed 's|.*/||')
                """),
        .init(
            sign: "$UPLOAD_NAME",
            lines: """
                \(writing("photo.png", photo))
                UPLOAD_NAME=$(curl -sS "$ATELIER_URL/v2/uploads" \(key) -F file=@photo.png \\
                  | \(taking("id")))
                """),
        variable("JOB", "jobId", "/v1/image/generate/async", sending: picture),
        variable("BATCH", "jobId", "/v1/image/batch", sending: batch("a fox", "an owl")),
        // What has begun cannot be cancelled, so these wait a minute before they begin.
        variable(
            "WAITING_JOB", "jobId", "/v1/image/generate/async",
            sending: #"{"model":"test/test","prompt":"sandbox:queued=60 a fox","size":"512x512"}"#),
        variable(
            "WAITING_BATCH", "jobId", "/v1/image/batch",
            sending: batch("sandbox:queued=60 a fox", "sandbox:queued=60 an owl")),
        variable(
            "KEY_ID", "id", "/v1/keys", sending: #"{"name":"renders","scopes":["generate"]}"#,
            isTidied: true),
        variable(
            "WEBHOOK", "id", "/v1/webhooks",
            sending: #"{"url":"https://hooks.example/first","events":["generation.completed"]}"#,
            isTidied: true),
        // The job's own webhook is the delivery.
        .init(
            sign: "$DELIVERY",
            lines: """
                JOB=$(curl -sS "$ATELIER_URL/v1/image/generate/async" \(key) \\
                  -H 'Content-Type: application/json' \\
                  -d '{"model":"test/test","prompt":"a fox","webhook_url":"https://hooks.example/job"}' \\
                  | \(taking("jobId")))
                curl -sS -o job.json "$ATELIER_URL/v1/jobs/$JOB?wait=30" \(key)
                DELIVERY=$(curl -sS "$ATELIER_URL/v1/webhooks/deliveries?limit=1" \(key) \\
                  | \(taking("id")))
                """),
        variable("INVOICE", "id", "/v1/invoices?limit=1"),
    ]

    private static func batch(_ prompts: String...) -> String {
        let quoted = prompts.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"model":"test/test","prompts":[\#(quoted)],"size":"512x512"}"#
    }

    /// A file from base64, unless there is one.
    private static func writing(_ name: String, _ base64: String) -> String {
        "test -e \(name) || echo \(base64) | base64 -d > \(name)"
    }

    /// A PNG of 8 by 8 pixels, blue.
    private static let photo =
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mPQiFqAFTEMLQkANmxIgS9t"
        + "24sAAAAASUVORK5CYII="
    /// The same size, its left half transparent: what is to be redrawn.
    private static let transparent =
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAEUlEQVR42mNgwAT/0fBIUAAAQpkf4W5D"
        + "pOMAAAAASUVORK5CYII="
}
