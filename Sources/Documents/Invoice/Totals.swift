public import Units

extension InvoiceDocument {
    /// The sums under the lines.
    public struct Totals: Hashable, Sendable {
        /// The lines' sum, to the nanodollar: what the wallet paid.
        public var exact: Credits
        /// One for each category and rate, in the order of their first lines.
        public var taxes: [TaxLine]
        /// What is paid in credits already, or was paid before.
        public var paid: Cents

        /// Sums that are on record.
        public init(exact: Credits, taxes: [TaxLine], paid: Cents) {
            self.exact = exact
            self.taxes = taxes
            self.paid = paid
        }

        /// Adds `lines` up. The one place where money is rounded: to the nearest cent, half away
        /// from zero, once for the net and once for the tax of each rate.
        public init(of lines: [Line], paid: Cents = .zero) {
            var sums: [(tax: Tax, exact: Credits)] = []
            for line in lines {
                if let index = sums.firstIndex(where: { $0.tax == line.tax }) {
                    sums[index].exact += line.net
                } else {
                    sums.append((line.tax, line.net))
                }
            }
            exact = sums.reduce(.zero) { $0 + $1.exact }
            taxes = sums.map { sum in
                let taxable = Cents(rounding: sum.exact)
                return TaxLine(
                    sum.tax, exact: sum.exact, taxable: taxable,
                    tax: taxable.share(ppm: sum.tax.ppm))
            }
            self.paid = paid
        }

        /// The net in cents: the taxable amounts' sum.
        public var net: Cents { taxes.reduce(.zero) { $0 + $1.taxable } }
        public var tax: Cents { taxes.reduce(.zero) { $0 + $1.tax } }
        public var gross: Cents { net + tax }
        public var due: Cents { gross - paid }
        /// What rounding added to the exact sum, or took from it.
        public var rounding: Credits { net.credits - exact }

        /// The same with nothing left to pay.
        public var settled: Totals { Totals(exact: exact, taxes: taxes, paid: gross) }
    }

    /// What is sold under one category and rate.
    public struct TaxLine: Hashable, Sendable {
        public var rate: Tax
        /// The sum of its lines.
        public var exact: Credits
        /// That sum in cents.
        public var taxable: Cents
        public var tax: Cents

        public init(
            _ rate: Tax, exact: Credits = .zero, taxable: Cents = .zero, tax: Cents = .zero
        ) {
            self.rate = rate
            self.exact = exact
            self.taxable = taxable
            self.tax = tax
        }
    }

    /// Sentences about sums that do not hold; empty for an invoice that adds up.
    ///
    /// Files are written all the same: what is on record is what the buyer has.
    public var contradictions: [String] {
        var found: [String] = []
        var recorded = totals
        // A month without a line is on record with its rate all the same, and nothing under it.
        if lines.isEmpty { recorded.taxes.removeAll { $0 == TaxLine($0.rate) } }
        if Totals(of: lines, paid: totals.paid) != recorded {
            found.append("the lines do not add up to the totals")
        }
        if let credits, credits.computedClosing != credits.closing {
            found.append("the statement's movements do not lead to its closing balance")
        }
        return found
    }

    /// Credits in a month of an account that pays in advance. Every amount is positive.
    public struct CreditsStatement: Hashable, Sendable {
        public var opening: Credits
        public var bought: Credits
        public var promotional: Credits
        /// Corrections and refunds; may be negative.
        public var adjusted: Credits
        public var used: Credits
        public var expired: Credits
        public var closing: Credits

        public init(
            opening: Credits, bought: Credits = .zero, promotional: Credits = .zero,
            adjusted: Credits = .zero, used: Credits = .zero, expired: Credits = .zero,
            closing: Credits
        ) {
            self.opening = opening
            self.bought = bought
            self.promotional = promotional
            self.adjusted = adjusted
            self.used = used
            self.expired = expired
            self.closing = closing
        }

        /// Where the movements lead.
        public var computedClosing: Credits {
            opening + bought + promotional + adjusted - used - expired
        }
    }
}
