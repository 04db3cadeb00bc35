import FoundationEssentials
import Providers

extension VendorUsage {
    /// The same without what cannot be true beside a picture, and within what can be counted with.
    ///
    /// Zero is what a program writes that has not counted: a picture takes output, a prompt takes
    /// input, and nobody draws for nothing. Such a figure means "not said".
    var believable: VendorUsage {
        func tokens(_ count: Int?) -> Int? {
            count.flatMap { $0 > 0 ? min($0, Int(Int32.max)) : nil }
        }
        func amount(_ number: Decimal?) -> Decimal? {
            number.flatMap { !$0.isNaN && $0 > 0 ? $0 : nil }
        }
        var usage = self
        usage.inputText = tokens(inputText)
        usage.inputImage = tokens(inputImage)
        usage.outputText = tokens(outputText)
        usage.outputImage = tokens(outputImage)
        usage.images = tokens(images)
        usage.cost = amount(cost)
        usage.credits = amount(credits)
        usage.outputMegapixels = amount(outputMegapixels)
        usage.inputMegapixels = amount(inputMegapixels)
        return usage
    }

    /// What two calls took together: what one of them does not tell is not told of both.
    func adding(_ other: VendorUsage) -> VendorUsage {
        func sum(_ left: Int?, _ right: Int?) -> Int? {
            left.flatMap { left in right.map { left + $0 } }
        }
        var usage = VendorUsage()
        usage.inputText = sum(inputText, other.inputText)
        usage.inputImage = sum(inputImage, other.inputImage)
        usage.outputText = sum(outputText, other.outputText)
        usage.outputImage = sum(outputImage, other.outputImage)
        usage.cost = cost.flatMap { cost in other.cost.map { cost + $0 } }
        return usage
    }
}
