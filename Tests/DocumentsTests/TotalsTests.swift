import Documents
import Testing
import Units

@Suite struct TotalsTests {
    @Test(arguments: [
        ("0.005", "0.01"), ("0.004999999", "0.00"), ("-0.005", "-0.01"), ("-0.004999999", "0.00"),
        ("1.015", "1.02"), ("-1.014999999", "-1.01"), ("12", "12.00"), ("0.995", "1.00"),
    ])
    func centsRoundHalfAwayFromZero(exact: String, cents: String) {
        #expect(Cents(rounding: Samples.dollars(exact)).dollars == cents)
    }

    @Test func taxIsRoundedOnceForEachRate() {
        // 19 % of 0.5 cents each would be nothing; of all of them it is not.
        let lines = (1...10).map { Samples.line($0, "Model", "m", .image, 1, at: "0.005") }
        let totals = InvoiceDocument.Totals(of: lines)
        #expect(totals.exact.dollars == "0.05")
        #expect(totals.net.dollars == "0.05")
        #expect(totals.tax.dollars == "0.01")
        #expect(totals.rounding == .zero)
    }

    @Test func theResidueIsWhatRoundingAdded() {
        let totals = Samples.invoice().totals
        #expect(totals.exact.dollars == "91.289913117")
        #expect(totals.net.dollars == "91.29")
        #expect(totals.rounding.dollars == "0.000086883")
        #expect(totals.gross.dollars == "108.64")
        #expect(totals.due == totals.gross)
        #expect(totals.settled.due == .zero)
    }

    @Test func eachRateStandsAlone() {
        let totals = Samples.twoRates().totals
        #expect(totals.taxes.map(\.taxable.dollars) == ["0.01", "0.04"])
        #expect(totals.taxes.map(\.exact.dollars) == ["0.008", "0.04"])
        #expect(totals.rounding.dollars == "0.002")
    }

    @Test func anInvoiceThatDoesNotAddUpSaysSo() {
        var invoice = Samples.statement()
        #expect(invoice.contradictions == [])
        invoice.lines[0].net += Credits(nanodollars: 1)
        invoice.credits?.used += Credits(nanodollars: 1)
        #expect(invoice.contradictions.count == 2)
    }

    @Test func aMonthWithoutALineAddsUp() {
        var invoice = Samples.statement()
        invoice.lines = []
        invoice.totals = InvoiceDocument.Totals(
            exact: .zero, taxes: [InvoiceDocument.TaxLine(Samples.standard)], paid: .zero)
        #expect(invoice.contradictions == [])
        invoice.totals.taxes[0].tax = Cents(1)
        #expect(invoice.contradictions.count == 1)
    }

    @Test func aQuantityTimesAPriceIsExact() {
        #expect(Quantity(1_204_117).times(Samples.dollars("0.000032001")).dollars == "38.532948117")
        #expect(Quantity(millionths: 1_500_000).times(Credits(nanodollars: 3)).nanodollars == 5)
        #expect(Quantity(millionths: -1_500_000).times(Credits(nanodollars: 3)).nanodollars == -5)
        #expect(Quantity(millionths: -1_500_000).decimal == "-1.5")
    }
}
