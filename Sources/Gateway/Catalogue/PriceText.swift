public import Units

extension Price.Line {
    /// Reads what an admin writes: `output_image/image=0.04`, then `:` and its variant, then a space
    /// and `estimate`; or the refusal that says what is wrong with it.
    public init(text: String) throws(Refusal) {
        func wrong(_ what: String) -> Refusal {
            Refusal(
                .invalidValue,
                "'\(text.prefix(100))': \(what). A line is such as output_image/image=0.04, "
                    + "output_image/image=0.08:high 2K or 'output_image/image=0.1 estimate'.",
                field: "line")
        }
        var rest = text
        let estimate = " estimate"
        let isEstimate = rest.hasSuffix(estimate)
        if isEstimate { rest.removeLast(estimate.count) }
        let halves = rest.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let names = halves[0].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, names.count == 2 else {
            throw wrong("it is not BILLABLE/UNIT=USD")
        }
        guard let billable = Billable(rawValue: String(names[0])) else {
            throw wrong("what is billed is one of \(Billable.allCases.map(\.rawValue).listed)")
        }
        guard let unit = PriceUnit(rawValue: String(names[1])) else {
            throw wrong("a unit is one of \(PriceUnit.allCases.map(\.rawValue).listed)")
        }
        let value = halves[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let amount = Credits(dollars: String(value[0])), amount >= .zero,
            amount <= Self.amountMax(unit)
        else {
            throw wrong(
                "'\(value[0])' is no exact price in USD from 0 to \(Self.amountMax(unit)), with up "
                    + "to nine decimals")
        }
        let variant = value.count == 2 ? String(value[1]) : nil
        guard variant?.isEmpty != true else { throw wrong("its variant is empty") }
        self.init(
            billable, unit: unit, amount: amount, variant: variant, isEstimate: isEstimate)
    }

    /// As the constraints of the table have it: more would overflow a quote.
    private static func amountMax(_ unit: PriceUnit) -> Credits {
        Credits(nanodollars: unit == .token ? 1_000_000_000 : 1_000_000_000_000_000)
    }
}

extension Price {
    /// Lines of one version: the longest of the catalogue has 18.
    static let linesMax = 64

    /// The words of variants that mean no quality.
    private static let words: Set<Substring> = [
        "edit", "first_megapixel", "additional_megapixel",
    ]

    /// Refuses lines that are no whole price: a word that nothing would ever match, a line that is
    /// there twice, or no line that says what a picture costs at most.
    ///
    /// `qualities` are those of the endpoint, and words of its prices before.
    static func check(_ lines: [Line], qualities: Set<String>) throws(Refusal) {
        func wrong(_ rule: String) -> Refusal { Refusal(.invalidValue, rule, field: "line") }
        guard (1...linesMax).contains(lines.count) else {
            throw wrong("A price has 1 to \(linesMax) lines.")
        }
        var seen: Set<[String]> = []
        for line in lines {
            let name = [
                line.billable.rawValue, line.unit.rawValue, line.variant ?? "",
                line.isEstimate ? "estimate" : "",
            ]
            guard seen.insert(name).inserted else {
                throw wrong("The line \(line.words) says again what another says.")
            }
            for word in line.variant?.split(separator: " ", omittingEmptySubsequences: false) ?? []
            {
                let isSize = Terms(String(word)).pixelsMax != nil
                guard isSize || words.contains(word) || qualities.contains(String(word)) else {
                    throw wrong(
                        "'\(word)' of the line \(line.words) is neither a size, nor a quality of "
                            + "this endpoint"
                            + (qualities.isEmpty ? "" : " (\(qualities.sorted().listed))") + ".")
                }
            }
        }
        guard Price(version: 1, startsAt: Timestamp(seconds: 0), lines: lines).isBounded else {
            throw wrong(
                "No line says what a picture costs at most: tokens need an output_image line beside "
                    + "them that is an estimate.")
        }
    }
}

extension Collection<String> {
    /// `a, b, c`.
    var listed: String { joined(separator: ", ") }
}
