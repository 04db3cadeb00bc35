import Gateway
import Testing
import Units

@Suite struct LimitsTests {
    private func changed(_ limits: Limits, _ changes: Limits.Changes) throws -> Limits {
        try limits.changed(by: changes) { ["fox": "acme/fox"][$0] }
    }

    @Test func whatIsNotNamedStays() throws {
        let all = try changed(
            .none,
            [
                .requestsPerMinute: .count(60), .requestBurst: .count(5),
                .dayCap: .credits(.zero), .models: .models(["fox", "fox"]),
            ])
        #expect(all.requestsPerMinute == 60 && all.dayCap == .zero && all.models == ["acme/fox"])
        #expect(try changed(all, [:]) == all)
        let less = try changed(all, [.dayCap: nil, .concurrent: .count(1_000_000)])
        #expect(less.dayCap == nil && less.concurrent == 1_000_000 && less.requestBurst == 5)
        #expect(less.models == all.models)
    }

    @Test func aRateThatIsLiftedTakesItsBurstWithIt() throws {
        let limited = try changed(.none, [.imagesPerMinute: .count(9), .imageBurst: .count(3)])
        #expect(try changed(limited, [.imagesPerMinute: nil]) == .none)
        #expect(throws: Never.self) { try limited.refuseLoneBursts() }
        let lone = try changed(.none, [.imageBurst: .count(3)])
        let refusal = #expect(throws: Refusal.self) { try lone.refuseLoneBursts() }
        #expect(refusal?.field == "image_burst")
    }

    @Test(arguments: [
        (Limits.Field.requestsPerMinute, Limits.Value.count(0)), (.concurrent, .count(1_000_001)),
        (.imageBurst, .count(-1)), (.dayCap, .credits(Credits(nanodollars: -1))),
        (.monthCap, .count(1)), (.models, .models([])), (.models, .models(["owl"])),
        (.models, .models([String](repeating: "fox", count: Limits.modelsMax + 1))),
    ])
    func whatIsNoLimitIsRefusedByItsName(field: Limits.Field, value: Limits.Value) {
        let refusal = #expect(throws: Refusal.self) { try changed(.none, [field: value]) }
        #expect(refusal?.field == field.rawValue && refusal?.kind == .invalidValue)
    }
}
