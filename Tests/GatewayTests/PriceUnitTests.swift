import Units
import Gateway
import GatewaySupport
import Postgres
import Testing

@Suite struct PriceUnitTests {
    /// What the database accepts is what the program can count.
    @Test(arguments: [
        ("price_unit", Set(PriceUnit.allCases.map(\.rawValue))),
        ("price_billable", Set(Billable.allCases.map(\.rawValue))),
    ])
    func theDatabaseKnowsTheSame(constraint: String, words: Set<String>) async throws {
        try await withGateway { gateway in
            let check = try await gateway.database.read { transaction in
                try transaction.first(
                    "select pg_get_constraintdef(oid) from pg_constraint where conname = \(constraint)"
                ) { row -> String in try row.next() }
            }
            // CHECK ((unit = 'image'::text)) or … ANY (ARRAY['image'::text, …])
            let parts = try #require(check).split(separator: "'", omittingEmptySubsequences: false)
            let known = parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            #expect(Set(known) == words)
        }
    }

    @Test func aPriceIsExact() {
        let price = Price(
            version: 1, startsAt: Day.today,
            lines: [.init(unit: .image, amount: .init(nanodollars: 333_333_333))])
        #expect(price.cost(of: Work(images: 3)).nanodollars == 999_999_999)
    }
}
