import HTTP
import Units

// What all operations that create work have in common.
extension Operation {
    /// A POST that makes pictures or queues them.
    func creatingWork() -> Operation {
        taking(.idempotencyKey).refusing(Self.refusalsOfWork)
    }

    /// What can be wrong with work that is asked for, and what can go wrong with it.
    static let refusalsOfWork: [Refusal.Kind] =
        refusalsOfPlans + [
            .insufficientCredits, .conflict, .moderated, .cancelled, .stillRunning,
            .idempotencyKeyReused, .answerNotKept, .queueFull,
            .rateLimited, .providerFailed, .deadlinePassed, .outcomeUnknown,
        ]

    /// What can be wrong before anything is held.
    static let refusalsOfPlans: [Refusal.Kind] = [
        .missingParameter, .invalidValue, .unknownParameter, .unsupportedMediaType,
        .modelNotFound, .modelRetired, .modelWithoutPrice, .modelNotServed,
        .modelNotAllowed,
    ]

    /// A synchronous one, which `Prefer` turns into a job.
    func synchronous() -> Operation {
        creatingWork().taking(.prefer).changed { operation in
            operation.answers.append(
                .accepted(
                    .named("AcceptedJob"),
                    "The work goes on as a job: it was preferred so, or took longer than it was to."
                ))
        }
    }

    /// One whose pictures can be seen while they are drawn: `stream`, `partial_images` where the
    /// caller chooses how often, and the events.
    func streaming(_ events: Shape, partials: ClosedRange<Int>?) -> Operation {
        changed { operation in
            var members: [Shape.Member] = [
                .may(
                    "stream",
                    .boolean("True: the answer is a stream of server-sent events.").orNull
                        .standing(false))
            ]
            if let partials {
                members.append(
                    .may(
                        "partial_images",
                        .integer("Views of each picture on its way, at most.").within(partials)
                            .orNull.standing(0)))
            }
            operation.bodies = operation.bodies.map { ($0.type, $0.shape.with(members)) }
            operation.answers[0].contents.append(("text/event-stream", events))
        }
    }
}

extension Operation.Answer {
    /// 202, with when to ask and where.
    static func accepted(_ shape: Shape, _ note: String) -> Self {
        json(shape, note, status: .accepted).with([("Retry-After", .integer("Seconds."))])
            .leading(
                to: .init(
                    name: "job", operation: "getJob", parameter: "id",
                    value: "$response.body#/jobId"),
                .init(
                    name: "cancelJob", operation: "cancelJob", parameter: "id",
                    value: "$response.body#/jobId"))
    }
}

extension Operation.Parameter {
    static let idempotencyKey = header(
        "Idempotency-Key",
        .text(
            "The same request with the same key is done once, for 24 hours: its first answer is "
                + "given again, with `Idempotency-Replayed: true`. Bare or in quotes."
        ).matching(#"^("[!-~]{1,255}"|[!#-~][!-~]{0,254})$"#))

    static let prefer = header(
        "Prefer",
        .text(
            "RFC 7240. `respond-async`: a job at once. `wait=N`: a job after N seconds, up to "
                + "\(Preference.waitMax)."))

    static let wait = query(
        "wait",
        .integer("Seconds to wait for the end before answering.").within(0...Application.waitMax)
            .standing(0))

    static func limit(_ range: ClosedRange<Int>) -> Self {
        query("limit", .integer("How many a page holds.").within(range).standing(20))
    }
}
