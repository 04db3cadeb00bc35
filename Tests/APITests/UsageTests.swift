import Gateway
import GatewaySupport
import Testing
import Units

/// `GET /v1/usage`: what was charged, exact to the last capture.
@Suite struct UsageTests {
    private func lines(_ target: String, _ caller: Caller, _ customer: Customer) async throws
        -> String
    {
        let answer = try await caller.get(target, as: customer)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.text
    }

    @Test func itIsExactWhetherOrNotItIsInTheTotals() async throws {
        try await Caller.with { caller in
            let gateway = caller.gateway
            let acme = try await gateway.customer(credits: "100.00")
            let empty = #""usage":[],"total":{"generations":0,"images":0,"cost":0}"#
            #expect(try await lines("/v1/usage", caller, acme).contains(empty))
            try await gateway.charge(acme, [.line(1, 2, 8)], images: 2)
            let first = #""usage":[{"day":"2026-11-21","generations":1,"images":2,"cost":8}]"#
            #expect(try await lines("/v1/usage", caller, acme).contains(first))
            try await DailyTotals.rollUp(on: gateway.database)
            #expect(try await lines("/v1/usage", caller, acme).contains(first))
            // One in the totals, one not, and one dated before both.
            let odd = ChargedLine(line: 1, quantity: 1, amount: Credits(nanodollars: 1))
            try await gateway.charge(acme, [odd])
            gateway.time.pass(.seconds(-3 * 86_400))
            try await gateway.charge(acme, [.line(1, 1, 1)])
            gateway.time.pass(.seconds(3 * 86_400))
            let text = try await lines("/v1/usage", caller, acme)
            #expect(
                text.contains(
                    #"[{"day":"2026-11-18","generations":1,"images":1,"cost":1},"#
                        + #"{"day":"2026-11-21","generations":2,"images":3,"cost":8.000000001}]"#),
                "\(text)")
            #expect(
                text.contains(#""total":{"generations":3,"images":4,"cost":9.000000001}"#),
                "\(text)")
            #expect(
                try await lines("/v1/usage?to=2026-11-18", caller, acme)
                    .contains(#""total":{"generations":1,"images":1,"cost":1}"#))
        }
    }

    @Test func itIsToldByModelAndKeyPageByPage() async throws {
        try await Caller.with { caller in
            let gateway = caller.gateway
            let acme = try await gateway.customer(credits: "100.00")
            try await gateway.charge(acme, [.line(1, 1, 4)])
            try await gateway.charge(acme, [.line(1, 1, 2)], model: "test/test")
            let keyed = try await lines("/v1/usage?group_by=key", caller, acme)
            #expect(
                keyed.contains(
                    #"[{"key_id":"\#(acme.key)","key_name":"test","generations":2,"images":2,"cost":6}]"#
                ), "\(keyed)")
            let first = try await lines("/v1/usage?group_by=model&limit=1", caller, acme)
            #expect(first.contains(#"[{"model":"test/paid","generations":1,"images":1,"cost":4}]"#))
            #expect(first.contains(#""total":{"generations":2,"images":2,"cost":6}"#))
            #expect(first.contains(#""next_cursor":"test/paid","has_more":true"#))
            let second = try await lines(
                "/v1/usage?group_by=model&limit=1&cursor=test/paid", caller, acme)
            #expect(
                second.contains(#"[{"model":"test/test","generations":1,"images":1,"cost":2}]"#))
            #expect(second.contains(#""total":{"generations":2,"images":2,"cost":6}"#))
            #expect(second.contains(#""next_cursor":null,"has_more":false"#))
        }
    }

    @Test func nobodySeesAnothersUsage() async throws {
        try await Caller.with { caller in
            let gateway = caller.gateway
            let acme = try await gateway.customer(credits: "100.00")
            let other = try await gateway.customer(credits: "100.00")
            for step in 0..<2 {
                try await gateway.charge(acme, [.line(1, 1, 4)])
                let text = try await lines("/v1/usage", caller, other)
                #expect(text.contains(#""usage":[]"#), "step \(step): \(text)")
                try await DailyTotals.rollUp(on: gateway.database)
            }
        }
    }

    @Test func aRangeIsRefusedThatIsNone() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for (query, field) in [
                ("from=2026-11-31", "from"), ("to=yesterday", "to"),
                ("from=2026-11-02&to=2026-11-01", "from"),
                ("from=2025-01-01&to=2026-11-01", "from"), ("group_by=provider", "group_by"),
                ("limit=0", "limit"),
            ] {
                let answer = try await caller.get("/v1/usage?\(query)", as: acme)
                #expect(answer.status == 400, "\(query): \(answer.text)")
                #expect(answer.text.contains(#""field":"\#(field)""#), "\(answer.text)")
            }
        }
    }
}
