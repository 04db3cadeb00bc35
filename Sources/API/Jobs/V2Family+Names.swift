import Gateway
import Providers

extension V2Family {
    /// What its members are called, in full: `fluxLoraParams.guidance_scale` is `guidance`.
    ///
    /// Where two members mean the same, the one that we call so counts, else the first.
    var names: FieldNames {
        var names = ["prompt": "prompt"]
        for (name, meaning) in members.sorted(by: { $0.key < $1.key }) {
            guard let own = meaning.own, names[own] == nil || name == own else { continue }
            names[own] = "\(self.name).\(name)"
        }
        return FieldNames(names)
    }
}

extension V2Family.Meaning {
    /// Our own name of it; nil for what has no effect.
    fileprivate var own: String? {
        switch self {
        case .ratio: "aspect_ratio"
        case .tier: "resolution"
        case .width: "width"
        case .height: "height"
        case .namedSize: "size"
        case .quality: "quality"
        case .format: "output_format"
        case .compression: "output_compression"
        case .seed: "seed"
        case .count: "n"
        case .pictures: "input_references"
        case .mask: "mask"
        case .option(let option): option.rawValue
        case .without: nil
        }
    }
}
