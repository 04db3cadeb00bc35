import Gateway
import Pictures
import Providers
import Units

/// What a request says of pictures to start from, and of what only some models know.
extension Fields {
    /// One mask at most, under any of these names.
    func mask(_ names: [String]) throws(Refusal) -> AskedPicture? {
        let masks = try pictures(names)
        guard masks.count <= 1 else {
            throw Refusal(
                .invalidValue, "Send one mask, not \(masks.count).", field: masks[1].field)
        }
        return masks.first
    }

    /// The options among `names` that are there, each read as what it is.
    func options(
        _ names: some Sequence<PictureOption>
    ) throws(Refusal) -> [PictureOption: PictureOption.Value] {
        var options: [PictureOption: PictureOption.Value] = [:]
        for option in names { options[option] = try value(of: option, named: option.rawValue) }
        return options
    }

    /// The value of an option that a dialect knows by another name.
    func value(
        of option: PictureOption, named name: String
    ) throws(Refusal) -> PictureOption.Value? {
        switch option.kind {
        case .text: try string(name).map(PictureOption.Value.text)
        case .number: try decimal(name).map(PictureOption.Value.number)
        case .flag: try boolean(name).map(PictureOption.Value.flag)
        }
    }
}

/// How pictures are to come.
extension Fields {
    /// `response_format`.
    func delivery(default standard: Delivery, of accepted: [Delivery]) throws(Refusal) -> Delivery {
        let word = try word("response_format", of: accepted.map(\.rawValue))
        return word.flatMap(Delivery.init(rawValue:)) ?? standard
    }

    /// `output_format`, where `jpg` means `jpeg`.
    func format(
        default standard: ImageFormat, of accepted: [ImageFormat], ignoringCase: Bool = false
    ) throws(Refusal) -> ImageFormat {
        guard var word = try string("output_format") else { return standard }
        if ignoringCase { word = word.lowercased() }
        if word == "jpg" { word = "jpeg" }
        guard let format = ImageFormat(rawValue: word), accepted.contains(format) else {
            throw Fields.notOne(of: accepted.map(\.rawValue), "output_format", word)
        }
        return format
    }
}
