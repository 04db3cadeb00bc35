import Units

/// For which pictures a line is: what its variant says, read once.
struct Terms: Hashable, Sendable {
    /// The largest picture it is for; nil for every size.
    private(set) var pixelsMax: Int?
    private(set) var quality: String?
    private(set) var isForEdits = false

    /// Reads words such as `2K`, `1024x1536`, `edit` and `high`, in any order.
    init(_ variant: String) {
        for word in variant.split(separator: " ") {
            let sides = word.split(separator: "x").compactMap { Int($0) }
            if let tier = Tier(String(word)) {
                pixelsMax = tier.pixelsMax
            } else if sides.count == 2 {
                pixelsMax = sides[0] * sides[1]
            } else if word == "edit" {
                isForEdits = true
            } else {
                quality = String(word)
            }
        }
    }

    func covers(_ work: Work) -> Bool { pixelsMax.map { $0 >= work.size.pixels } ?? true }

    /// The line for `work` and its amount: the rule is in the README, and where it leaves a choice
    /// to the provider, the dearest line counts.
    static func choice(
        among lines: [Price.Line], for work: Work
    ) -> (Price.Line, Credits)? {
        let edits = work.references.isEmpty ? [] : lines.filter(\.terms.isForEdits)
        let lines = edits.isEmpty ? lines.filter { !$0.terms.isForEdits } : edits
        let plain = lines.filter { $0.terms.quality == nil }
        if let quality = work.quality {
            let same = lines.filter { $0.terms.quality == quality }
            if same.contains(where: { $0.terms.covers(work) }) || (plain.isEmpty && !same.isEmpty) {
                return fitting(same, work)
            }
            if !plain.isEmpty { return fitting(plain, work) }
        }
        let qualities = Set(lines.map(\.terms.quality))
        return
            qualities
            .compactMap { quality in
                fitting(lines.filter { $0.terms.quality == quality }, work)
            }
            .max { $0.1 < $1.1 }
    }

    /// Of lines that differ in size alone: the smallest that is large enough; past the largest,
    /// that one in proportion to the pixels, rounded up.
    private static func fitting(
        _ lines: [Price.Line], _ work: Work
    ) -> (Price.Line, Credits)? {
        func order(_ line: Price.Line) -> (Int, Int64) {
            (line.terms.pixelsMax ?? .max, -line.amount.nanodollars)
        }
        if let line = lines.filter({ $0.terms.covers(work) }).min(by: { order($0) < order($1) }) {
            return (line, line.amount)
        }
        guard let line = lines.max(by: { order($0) < order($1) }),
            let listed = line.terms.pixelsMax, listed > 0
        else { return nil }
        let exact = Int128(line.amount.nanodollars) * Int128(work.size.pixels)
        let rounded = (exact + Int128(listed) - 1) / Int128(listed)
        return (line, Credits(nanodollars: Int64(clamping: rounded)))
    }
}
