import Gateway
import Units

// Jobs, retries, webhooks, rehearsals and errors.
extension Guide {
    static let jobs = Section(
        id: "jobs", title: "Jobs",
        text: [
            """
            Ask for slow work as a job: with `Prefer: respond-async` on any synchronous path, or at \
            `/v1/image/generate/async` or `/v2/images/generate`. Poll it; with `wait` the answer comes when \
            it has ended. A job is carried out once, whatever crashes.
            """
        ],
        examples: [
            """
            JOB=$(curl "$ATELIER_URL/v1/image/generate/async" \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"model":"test/test","prompt":"a fox","size":"512x512"}' \\
              | sed 's/.*"jobId":"\\([^"]*\\)".*/\\1/')
            curl "$ATELIER_URL/v1/jobs/$JOB?wait=30" -H "Authorization: Bearer $ATELIER_KEY"
            """
        ])

    static let repeating = Section(
        id: "idempotency", title: "Idempotent retries",
        text: [
            """
            An `Idempotency-Key` makes every call that creates work safe to repeat for 24 hours: the \
            first answer is sent again, with `Idempotency-Replayed: true`. While the first call is running, \
            a synchronous path answers 409 with `Retry-After`. The same key with another body, path or mode \
            is 422. A request that is refused before work begins does not use the key up.
            """
        ],
        examples: [
            """
            curl "$ATELIER_URL/v1/images/generations" -H 'Idempotency-Key: order-17' \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"model":"test/test","prompt":"a fox","size":"256x256"}'
            """
        ])

    static let webhooks = Section(
        id: "webhooks-guide", title: "Webhooks",
        text: [
            """
            A job reports its end to its own `webhook_url`, and an account's endpoints receive the events of \
            all work. Messages are signed as Standard Webhooks, so its libraries can check them: HMAC-SHA256 \
            of `webhook-id.webhook-timestamp.body` under a `whsec_` secret: an endpoint's own, which its \
            `secret_path` shows, or for a `webhook_url` the account's. A message \
            that is not answered with a 2xx is tried again for a day, and can be replayed. A live key \
            manages endpoints.
            """
        ],
        examples: [
            """
            curl "$ATELIER_URL/v1/webhooks" \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"url":"https://hooks.example/guide","events":["generation.completed"]}'
            curl "$ATELIER_URL/v1/webhooks/secret" -H "Authorization: Bearer $ATELIER_KEY"
            """
        ])

    static let rehearsing = Section(
        id: "test-keys", title: "Test keys and rehearsals",
        text: [
            """
            An `atl_test_` key asks no vendor: every model answers from the sandbox with a picture \
            of the true size and format, at its true price in play credits. So do the test models \
            with any key.
            """,
            """
            There a prompt may begin with `sandbox:` and words, joined by commas. `slow=5` takes \
            five seconds, up to 600. `busy=N` and `down=N` fail the first N tries, and all of them \
            without a number. `queued=5` lets a job wait five seconds before it begins, so that it can \
            be cancelled. `moderated` is refused, which costs nothing. `partial` delivers, and \
            charges, half of the pictures.
            """,
        ],
        examples: [
            """
            curl "$ATELIER_URL/v1/image/generate" \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"model":"test/test","prompt":"sandbox:slow=1,partial a fox","n":2,"size":"512x512"}'
            """
        ])

    static let errors = Section(
        id: "errors", title: "Errors",
        text: [
            """
            An error has the body of its path's dialect, says in a sentence what to do, names the \
            field at fault and what is accepted, and is never a 200. Nothing that failed is charged.
            """,
            """
            402: credits are lacking; `needed`, `available` and `missing` say how many. 409: the \
            same `Idempotency-Key` is at work, or a job can no longer be cancelled. 429 and 503: \
            later; `Retry-After` says when, and with 429 `limit` and `scope` say which limit of \
            whom is in the way. Where an answer has `x-should-retry: false`, asking \
            again will not help. Tell support the `x-request-id`.
            """,
            Reference.refunds,
        ])
}
