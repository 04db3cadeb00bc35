internal import Pictures

/// What every adapter asks of an `Ask`.
extension Ask {
    func text(_ option: PictureOption) -> String? { options[option]?.text }

    /// Nil for the vendor's choice.
    var chosenQuality: String? { quality == "auto" ? nil : quality }

    /// The picture's size, with `separator` between.
    func size(_ separator: String) -> String { "\(size.width)\(separator)\(size.height)" }

    /// The format, if it is one of those that the vendor makes; ours converts otherwise.
    func format(of formats: [ImageFormat]) -> ImageFormat? {
        formats.contains(format) ? format : nil
    }

    /// Refuses what a vendor has no word for. The catalogue should not have offered it.
    func refuse(_ what: String, when unwanted: Bool, field: String) throws(VendorFailure) {
        if unwanted {
            throw VendorFailure(.badRequest, "this provider takes no \(what)", field: field)
        }
    }
}
