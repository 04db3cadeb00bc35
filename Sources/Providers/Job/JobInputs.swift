internal import Pictures
internal import Units

/// A vendor's names for what is asked of one of its models: data.
struct JobInputs: Sendable {
    enum Size: Sendable {
        case none
        /// Two numbers, rounded to what the model can divide by, within its bounds.
        case sides(multiple: Int, within: ClosedRange<Int>)
        /// An object of both under this name.
        case object(String)
    }

    enum Images: Sendable {
        case none
        /// `name`, `name_2`, `name_3`…
        case numbered(String)
        case list(String)
        case single(String)
    }

    enum Form: Sendable {
        case dataURI, bare
    }

    var size = Size.none
    /// Said beside the two sides where the model would prefer a ratio.
    var ratioOfSides: (name: String, word: String)?
    var ratio: String?
    /// Ratios that the model has other words for, or none.
    var tier: String?
    var tierIsLower = false
    var tiers: [String: String] = [:]
    var n: String?
    var seed: String? = "seed"
    /// Its name, the formats that are made, and the word for JPEG.
    var format: (name: String, formats: [ImageFormat], jpeg: String)?
    var images = Images.none
    var form = Form.dataURI
    var mask: (name: String, form: MaskForm)?
    var options: [PictureOption: String] = [:]
    /// An option that is said only without pictures.
    var withoutPictures: Set<PictureOption> = []
    /// What is said in every call.
    var always: [(String, JSON)] = []
    /// What the part of the model's id after a colon is called.
    var variant: String?
    /// The end of the path without and with pictures.
    var edit: (from: String, to: String)?
    /// The same where there is a mask, if it differs.
    var maskEdit: String?
    /// What pictures are called where there is a mask, if it differs.
    var maskImages: Images?

    /// What to send for `ask`.
    func fields(of ask: Ask, variant word: String?) throws(VendorFailure) -> Fields {
        var fields = Fields()
        fields.set("prompt", ask.prompt)
        addSize(of: ask, to: &fields)
        fields.set(n, ask.n)
        if let seed = ask.seed { fields.set(self.seed, Int(seed)) }
        if let format, let made = ask.format(of: format.formats) {
            fields.set(format.name, made == .jpeg ? format.jpeg : made.rawValue)
        }
        fields.set(variant, word)
        for (option, name) in options.sorted(by: { $0.value < $1.value })
        where ask.inputs.isEmpty || !withoutPictures.contains(option) {
            fields.set(name, ask.options[option])
        }
        try addPictures(of: ask, to: &fields)
        for (name, value) in always { fields.set(name, value) }
        fields.add(ask.passthrough)
        return fields
    }

    private func addSize(of ask: Ask, to fields: inout Fields) {
        switch size {
        case .none: break
        case .sides(let multiple, let bounds):
            func side(_ length: Int) -> Int {
                let rounded = (length + multiple / 2) / multiple * multiple
                return min(max(rounded, bounds.lowerBound), bounds.upperBound)
            }
            if let ratioOfSides { fields.set(ratioOfSides.name, ratioOfSides.word) }
            fields.set("width", side(ask.size.width))
            fields.set("height", side(ask.size.height))
        case .object(let name):
            fields.set(
                name,
                .object([("width", .int(ask.size.width)), ("height", .int(ask.size.height))]))
        }
        fields.set(ratio, ask.ratio)
        if let own = ask.tier {
            let word = tiers[own] ?? own
            fields.set(tier, tierIsLower ? word.lowercased() : word)
        }
    }

    private func addPictures(of ask: Ask, to fields: inout Fields) throws(VendorFailure) {
        if let own = ask.mask {
            guard let mask else {
                throw VendorFailure(.badRequest, "this provider takes no mask", field: "mask")
            }
            fields.set(mask.name, json(of: try mask.form.made(from: own)))
        }
        guard let first = ask.inputs.first else { return }
        switch ask.mask == nil ? images : maskImages ?? images {
        case .none:
            throw VendorFailure(
                .badRequest, "this provider takes no input pictures", field: "image")
        case .numbered(let name):
            for (index, input) in ask.inputs.enumerated() {
                fields.set(index == 0 ? name : "\(name)_\(index + 1)", json(of: input))
            }
        case .list(let name): fields.set(name, .array(ask.inputs.map(json)))
        case .single(let name): fields.set(name, json(of: first))
        }
    }

    private func json(of picture: InputFile) -> JSON {
        switch form {
        case .dataURI: picture.dataURI
        case .bare: .base64(picture.bytes)
        }
    }

    /// The path of `model` for `ask`.
    func path(of model: String, for ask: Ask) -> String {
        guard !ask.inputs.isEmpty, let edit else { return model }
        let end = ask.mask == nil ? edit.to : maskEdit ?? edit.to
        return model.hasSuffix(edit.from) ? model.dropLast(edit.from.count) + end : model
    }
}
