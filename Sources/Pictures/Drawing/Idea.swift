/// What a prompt asks for, as far as this painter understands it.
struct Idea {
    enum Place: CaseIterable { case lake, forest, ocean, desert, snow, city, hills }
    enum Guest: CaseIterable { case fox, boat, birds }

    var place: Place
    var palette: Palette
    var guests: Set<Guest> = []

    private static let places: [String: Place] = [
        "lake": .lake, "mountain": .lake, "river": .lake, "fjord": .lake, "alp": .lake,
        "forest": .forest, "tree": .forest, "wood": .forest, "jungle": .forest, "pine": .forest,
        "ocean": .ocean, "sea": .ocean, "beach": .ocean, "island": .ocean, "coast": .ocean,
        "ship": .ocean, "boat": .ocean, "wave": .ocean, "whale": .ocean, "sail": .ocean,
        "desert": .desert, "dune": .desert, "sahara": .desert, "sand": .desert,
        "snow": .snow, "winter": .snow, "ice": .snow, "arctic": .snow, "christma": .snow,
        "city": .city, "town": .city, "skyline": .city, "street": .city, "tokyo": .city,
        "york": .city, "cyberpunk": .city, "building": .city, "castle": .city,
        "hill": .hills, "meadow": .hills, "field": .hills, "valley": .hills, "garden": .hills,
    ]
    private static let palettes: [String: Palette] = [
        "sunset": .sunset, "golden": .sunset, "fire": .sunset, "orange": .sunset, "red": .sunset,
        "dawn": .dawn, "sunrise": .dawn, "morning": .dawn, "pink": .dawn,
        "day": .day, "noon": .day, "summer": .day, "blue": .day, "sunny": .day,
        "dusk": .dusk, "evening": .dusk, "twilight": .dusk, "purple": .dusk, "dream": .dusk,
        "night": .night, "midnight": .night, "star": .night, "moon": .night, "space": .night,
        "galaxy": .night, "dark": .night, "cyberpunk": .night, "neon": .night,
        "aurora": .aurora, "northern": .aurora, "magic": .aurora,
        "mist": .mist, "fog": .mist, "rain": .mist, "green": .mist, "spring": .mist,
        "autumn": .autumn, "fall": .autumn, "october": .autumn, "leaf": .autumn,
        "desert": .sand, "dune": .sand, "sahara": .sand,
        "snow": .frost, "winter": .frost, "ice": .frost, "arctic": .frost,
        "forest": .mist, "jungle": .mist, "ocean": .day, "sea": .day, "fox": .autumn,
        "city": .dusk,
    ]
    /// Words about the place that only suggest a light: an outspoken one wins over them.
    private static let suggestions: Set<String> = [
        "desert", "dune", "sahara", "snow", "winter", "ice", "arctic", "forest", "jungle", "ocean",
        "sea", "fox", "city",
    ]
    private static let guests: [String: Guest] = [
        "fox": .fox, "boat": .boat, "ship": .boat, "sail": .boat, "bird": .birds, "owl": .birds,
        "crow": .birds, "swan": .birds, "eagle": .birds, "geese": .birds,
    ]

    /// Reads the words of `prompt`; what they leave open, its hash decides.
    init(_ prompt: String) {
        var dice = Dice(Dice.hash(prompt))
        place = Self.openPlaces[dice.index(below: Self.openPlaces.count)]
        palette = Palette.all[dice.index(below: Palette.all.count)]
        if dice.unit() < 0.3 { guests.insert(.birds) }
        let words = Self.words(of: prompt)
        if let word = words.first(where: { Self.places[$0] != nil }), let named = Self.places[word]
        {
            place = named
        }
        let lights = words.filter { Self.palettes[$0] != nil }
        let light = lights.first { !Self.suggestions.contains($0) } ?? lights.first
        if let light, let named = Self.palettes[light] { palette = named }
        for word in words {
            if let guest = Self.guests[word] { guests.insert(guest) }
        }
    }

    /// Places that suit any palette.
    private static let openPlaces: [Place] = [.lake, .lake, .forest, .ocean, .hills, .snow]
    /// A prompt may be 32,000 characters long; a painter listens to its beginning.
    private static let wordsMax = 64

    /// Lower-case words without a plural's s.
    private static func words(of prompt: String) -> [String] {
        prompt.utf8.split(maxSplits: wordsMax) { byte in
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        .prefix(wordsMax)
        .map { word in
            let text = String(decoding: word.map { $0 | 0x20 }, as: UTF8.self)
            return text.hasSuffix("s") ? String(text.dropLast()) : text
        }
    }
}
