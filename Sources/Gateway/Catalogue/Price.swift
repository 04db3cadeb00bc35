import Providers
public import Units

/// One version of an endpoint's price.
public struct Price: Sendable {
    /// So much for each unit.
    public struct Line: Hashable, Sendable {
        public let billable: Billable
        public let unit: PriceUnit
        /// For one unit.
        public let amount: Credits
        /// For which pictures: `2K`, `low 1024x1024`, `edit`, `first_megapixel`.
        public let variant: String?
        /// Stands in for lines a token, which are counted only once the picture is there.
        public let isEstimate: Bool
        let terms: Terms

        public init(
            _ billable: Billable = .outputImage, unit: PriceUnit, amount: Credits,
            variant: String? = nil, isEstimate: Bool = false
        ) {
            self.billable = billable
            self.unit = unit
            self.amount = amount
            self.variant = variant
            self.isEstimate = isEstimate
            terms = Terms(variant ?? "")
        }
    }

    /// One line of a cost.
    public struct Charge: Sendable {
        public let line: Line
        public let count: Int
        /// For one unit: the line's, or more for a picture larger than any that is listed.
        public let amount: Credits
        public var total: Credits { amount.times(count) }
    }

    public let version: Int32
    public let startsAt: Timestamp
    public let lines: [Line]
    /// Images that one call of the provider makes.
    let imagesPerCall: Int
    /// The amount an image, of a price that is nothing else: nearly all are.
    private let perImage: Credits?

    public init(version: Int32, startsAt: Timestamp, lines: [Line], imagesPerCall: Int = 10) {
        self.version = version
        self.startsAt = startsAt
        self.lines = lines
        self.imagesPerCall = max(1, imagesPerCall)
        let only = lines.count == 1 ? lines.first : nil
        perImage = only.flatMap { line in
            line.billable == .outputImage && line.unit == .image && line.variant == nil
                ? line.amount : nil
        }
    }

    /// Whether its lines say what a picture can cost at most: not when they count only tokens.
    public var isBounded: Bool {
        lines.contains { $0.billable == .outputImage && $0.unit != .token }
    }

    /// What `work` costs, or can cost at most where the provider counts tokens.
    public func cost(of work: Work) -> Credits {
        if let perImage { return perImage.times(work.images) }
        return charges(for: work).reduce(.zero) { $0 + $1.total }
    }

    /// What `work` did cost, line by line, of which the provider says that it took so many tokens;
    /// nil where it does not say.
    ///
    /// Where it has counted the tokens of the pictures, they are what is paid for, and an estimate
    /// that stood in for them is not; where it has not, the estimate stays.
    ///
    /// A delivered picture never costs nothing under a price that is not zero: what says so is not
    /// believed.
    func charged(for work: Work, taking usage: VendorUsage?) -> [ChargedLine] {
        if let perImage {
            return [
                ChargedLine(line: 1, quantity: work.images, amount: perImage.times(work.images))
            ]
        }
        var charges = charges(for: work, taking: usage)
        if charges.allSatisfy({ $0.total == .zero }) { charges = self.charges(for: work) }
        return charges.map { charge in
            // Lines are numbered from 1 in their order, as their rows are. Of two that are the same
            // either will do.
            let number = lines.firstIndex(of: charge.line).map { Int16($0 + 1) } ?? 0
            return ChargedLine(line: number, quantity: charge.count, amount: charge.total)
        }
    }

    private func charges(for work: Work, taking usage: VendorUsage?) -> [Charge] {
        guard let usage, let outputImage = usage.outputImage,
            lines.contains(where: { $0.billable == .outputImage && $0.unit == .token })
        else { return charges(for: work) }
        var charges = Price(
            version: version, startsAt: startsAt, lines: lines.filter { !$0.isEstimate },
            imagesPerCall: imagesPerCall
        ).charges(for: work).filter { $0.line.unit != .token }
        // A vendor that counts its output and says nothing of its input has not counted that.
        let isInputSaid = usage.inputText != nil || usage.inputImage != nil
        for line in lines where line.unit == .token && !line.isEstimate {
            let tokens: Int =
                switch line.billable {
                case .outputImage: outputImage
                // Where it is not told apart, it is in the figure of the pictures.
                case .outputText: usage.outputText ?? 0
                case .inputText:
                    isInputSaid ? usage.inputText ?? 0 : self.counted(line, for: work)?.count ?? 0
                case .inputImage, .inputReference:
                    isInputSaid ? usage.inputImage ?? 0 : self.counted(line, for: work)?.count ?? 0
                }
            if tokens > 0 { charges.append(Charge(line: line, count: tokens, amount: line.amount)) }
        }
        return charges
    }

    /// Whether its vendor has to count tokens.
    var countsTokens: Bool {
        lines.contains { $0.billable == .outputImage && $0.unit == .token }
    }

    /// The quality that `cost` takes for granted, where lines are told apart by it.
    func quality(for work: Work) -> String? {
        charges(for: work).lazy.compactMap(\.line.terms.quality).first
    }

    /// The lines behind `cost`, each with how often it counts.
    public func charges(for work: Work) -> [Charge] {
        guard work.images > 0 else { return [] }
        let pictures = lines.filter { $0.billable == .outputImage && $0.unit != .token }
        let alternatives = [PriceUnit.image, .request].compactMap { unit in
            chosen(among: pictures.filter { $0.unit == unit }, for: work)
        }
        return alternatives + lines.compactMap { counted($0, for: work) }
    }

    private func calls(for work: Work) -> Int { work.images.dividedRoundingUp(by: imagesPerCall) }

    /// A line that counts whatever the variant of the picture.
    private func counted(_ line: Line, for work: Work) -> Charge? {
        let calls = calls(for: work)
        let count: Int =
            switch (line.billable, line.unit) {
            case (.outputImage, .megapixel):
                switch line.variant {
                case "first_megapixel": work.images
                case "additional_megapixel": work.images * (work.size.megapixels - 1)
                default: work.images * work.size.megapixels
                }
            // Of these one alternative was chosen; tokens of pictures are stood in for.
            case (.outputImage, _): 0
            case (.inputText, .token): work.promptBytes * calls
            case (.outputText, .token): Work.outputTextTokens * calls
            case (.inputImage, .token), (.inputReference, .token):
                (work.references + [work.mask].compactMap(\.self))
                    .reduce(0) { $0 + Work.tokens(of: $1) } * calls
            case (.inputImage, .megapixel), (.inputReference, .megapixel):
                work.references.reduce(0) { $0 + $1.megapixels } * calls
            case (.inputImage, _), (.inputReference, _): work.references.count * calls
            case (.inputText, _), (.outputText, _): calls
            }
        return count > 0 ? Charge(line: line, count: count, amount: line.amount) : nil
    }

    /// The one of alternative lines that is for this work.
    private func chosen(among lines: [Line], for work: Work) -> Charge? {
        guard let unit = lines.first?.unit else { return nil }
        let count = unit == .request ? calls(for: work) : work.images
        return Terms.choice(among: lines, for: work).map { line, amount in
            Charge(line: line, count: count, amount: amount)
        }
    }
}
