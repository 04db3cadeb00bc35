import FoundationEssentials

/// The answers of dialects (a), (b) and (e), as far as the tests look at them.
extension CatalogueListTests {
    struct Pricing: Decodable {
        struct Range: Decodable {
            let min: Decimal
            let average: Decimal
            let max: Decimal
        }
        let type: String
        let value: Decimal?
        let range: Range?

        var least: Decimal { range?.min ?? value ?? -1 }
        var usual: Decimal { range?.average ?? value ?? -1 }
        var most: Decimal { range?.max ?? value ?? -1 }
    }

    struct Listed: Decodable {
        struct Provider: Decodable {
            let id: String
            let model_name: String
            let pricing: Pricing
            let available: Bool
        }
        struct Supported: Decodable {
            let quality: Bool
            let mask: Bool
            let edit: Bool
            let text: Bool
        }
        let providers: [Provider]
        let sizes: [String]
        let supported_params: Supported
        let available: Bool
        let deprecated: Bool?
        let retires_on: String?
        let replacement: String?
    }

    struct OpenAI: Decodable {
        struct Item: Decodable {
            let id: String
            let owned_by: String
            let shutdown_date: String?
        }
        let data: [Item]
    }

    struct Jobs: Decodable {
        struct Item: Decodable {
            let id: String
            let label: String
            let description: String
            let costMin: Int
            let costMax: Int
            let pricingMode: String
            let available: Bool
        }
        let models: [Item]
    }
}
