import Gateway
import Pictures
import Units

extension GenerationRequest.Size {
    /// Reads `auto` or WIDTHxHEIGHT, where the separator may be `x`, `X`, `×` or `*`.
    init(pixels text: String, field: String) throws(Refusal) {
        if text == "auto" {
            self = .auto
            return
        }
        let sides = text.split(
            omittingEmptySubsequences: false, whereSeparator: { "xX×*".contains($0) })
        guard sides.count == 2, let width = Self.number(sides[0]),
            let height = Self.number(sides[1])
        else {
            throw Refusal(
                .invalidValue,
                "Invalid '\(field)': '\(text.prefix(40))'. Accepted: 'auto' or WIDTHxHEIGHT, "
                    + "such as '1024x1024'.", field: field)
        }
        self = .pixels(PixelSize(width: width, height: height))
    }

    /// The same, or one of the `ratios`, such as `16:9`.
    init(pixels text: String, orRatios ratios: [String], field: String) throws(Refusal) {
        guard text.contains(":") else {
            try self.init(pixels: text, field: field)
            return
        }
        guard ratios.contains(text), let ratio = Ratio(text) else {
            throw Fields.notOne(of: ["auto", "WIDTHxHEIGHT"] + ratios, field, text)
        }
        self = .shape(ratio, nil)
    }

    /// Up to five digits: more is no picture, and cannot overflow what comes after.
    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...5).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }
}
